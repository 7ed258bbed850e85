"""Both annotation APIs, served: routes, rules, roles and revisions over SQLAlchemy."""
