"""SCP81, remote administration over HTTP with PSK-TLS: GPCS Amendment B, as SGP.02 uses it.

A secured packet asks for an administration session; the card opens a channel of the bearer independent protocol to the
server, as a TCP client, and asks it over HTTPS for scripts until there are no more.

Left out: resolution of names (the server is found by its IP address alone), UDP, reports of failure by short message,
and what interrupts a session being remembered over a reset.
"""
