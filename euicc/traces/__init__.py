"""Traces in words: what a card understood of every exchange, as text, HTML, pcap and JSON; traces compared."""
