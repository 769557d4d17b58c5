"""What an SM-SR does with a card, function by function: generators that yield steps, and do no I/O."""
