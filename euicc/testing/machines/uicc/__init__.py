"""A profile in plain data, a model of the UICC that it makes, and random commands for both."""
