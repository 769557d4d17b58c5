"""What the servers of SGP.02 share: messages, certificates, the network between them and the cards."""
