"""Elementary files: their names, and what their contents say (TS 102 221 13, TS 31.102 4, TS 31.103 4.2)."""
