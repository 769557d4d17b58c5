"""The profiles of the card, their states and rules, and the notifications that their changes leave behind."""
