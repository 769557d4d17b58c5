"""The UICC side of the card: files of the enabled profile and the commands that read them, TS 102 221."""
