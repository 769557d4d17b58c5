"""SCP81, remote administration over HTTP with PSK-TLS: GPCS Amendment B, as SGP.02 uses it.

A secured packet asks for an administration session; the card opens a channel of the bearer independent protocol to the
server, as a TCP client, and asks it over HTTPS for scripts until there are no more.

    isd_r, notification   the ISD-R's: what its scripts reach, and notifications in the first request
    applet                sessions one after the other, retries, and servers that fall silent
    session, link         one session; TLS over a channel
    http, parameters, psk messages, parameters of sessions, PSK identities

There are TLS 1.2 with `TLS_PSK_WITH_AES_128_GCM_SHA256` and `TLS_PSK_WITH_AES_128_CBC_SHA256` (`euicc.crypto.tls_psk`),
scripts in expanded format, and resumption of a broken session by X-Admin-Resume.

Left out: resolution of names (the server is found by its IP address alone), TLS 1.3, triggers and data over UDP,
CAT_TP, reports of failure by short message, and sessions of other security domains than the ISD-R. A reset of the card
ends a session without a trace: the server has to ask what became of the script that it had given.
"""
