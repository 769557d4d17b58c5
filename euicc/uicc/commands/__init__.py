"""The commands on files, TS 102 221 11.1: from a channel's context and a command to response data."""
