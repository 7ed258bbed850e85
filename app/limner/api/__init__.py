"""Both annotation APIs as a client sees them: messages, clients, transport, errors."""
