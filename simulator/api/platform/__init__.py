"""The Vibes Platform API, `/companies/{company_key}/...`: a module per resource."""
