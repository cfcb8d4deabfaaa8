"""The words that demo rows are made of; some are not ASCII, as in life."""

from __future__ import annotations

FIRST_NAMES = (
    "Ada", "Amir", "Anaïs", "Bo", "Chiara", "Dmitri", "Élodie", "Farah", "Grace", "Håkon", "Ines", "İpek", "Jürgen",
    "Kofi", "Lars", "Łukasz", "Mei", "Ngọc", "Nora", "Omar", "Priya", "Quentin", "Rosa", "Søren", "Tomáš", "Uma",
    "Věra", "Wei", "Ximena", "Yuki", "Zoë", "李娜", "Олена", "محمد",
)  # fmt: skip
LAST_NAMES = (
    "Abebe", "Álvarez", "Berg", "Çelik", "Dubois", "Eriksson", "Fernández", "García", "Haddad", "Ibrahim", "Jansen",
    "Kowalski", "Lindqvist", "Müller", "Nakamura", "Novák", "O'Brien", "Okafor", "Petrov", "Quispe", "Rossi", "Şahin",
    "Tanaka", "Ueda", "Van den Berg", "Weiß", "Yavuz", "Zhang", "Østergård", "de la Cruz", "Nguyễn", "Smith-Jones",
)  # fmt: skip
COMPANY_HEADS = (
    "Alder", "Basalt", "Cinder", "Delta", "Ember", "Fjord", "Granit", "Harbor", "Indigo", "Juniper", "Kestrel", "Lumen",
    "Mistral", "Nimbus", "Oriel", "Pécs", "Quartz", "Rivière", "Sólheim", "Tundra", "Umbra", "Vesper", "Willow",
    "Zürich",
)  # fmt: skip
COMPANY_TAILS = ("Works", "Freight", "Energy", "Labs", "Foods", "Systems", "Clinics", "& Sons", "Möbel", "Textiles")
JOB_TITLES = (
    "Accountant", "Buyer", "Chief of staff", "Data engineer", "Head of sales", "Ingénieure", "Jurist", "Logistics lead",
    "Office manager", "Product designer", "Geschäftsführer", "Support agent", "Warehouse planner",
)  # fmt: skip
CITIES = (
    ("Lisboa", "PT", 38.7223, -9.1393), ("København", "DK", 55.6761, 12.5683), ("Nairobi", "KE", -1.2921, 36.8219),
    ("São Paulo", "BR", -23.5505, -46.6333), ("東京", "JP", 35.6762, 139.6503), ("Kraków", "PL", 50.0647, 19.945),
    ("Toronto", "CA", 43.6532, -79.3832), ("Zürich", "CH", 47.3769, 8.5417), ("Leeds", "GB", 53.8008, -1.5491),
)  # fmt: skip
DIAL = (("US", "+1"), ("DK", "+45"), ("GB", "+44"), ("DE", "+49"), ("BR", "+55"), ("KE", "+254"))
CURRENCIES = ("EUR", "USD", "GBP", "JPY", "CHF")
STREETS = ("Harbour Road", "Rue du Port", "Bahnhofstraße", "Elm Street", "Calle Mayor", "Østergade")
DEALS = ("Renewal", "Pilot", "Extension", "First order", "Framework contract", "Überarbeitung")
TASKS = (
    "Call back",
    "Send the offer",
    "Check the contract",
    "Plan the visit",
    "Ask for references",
    "Préparer la démo",
)
NOTES = ("First talk", "Price talk", "After the visit", "What they use today", "Who decides", "Rückfragen")
SENTENCES = (
    "They want a first answer this week.",
    "The budget is set for the next quarter.",
    "Nobody has said who signs.",
    "Die Unterlagen kommen per Post.",
    "On reprend après les vacances 🏖.",
    'They said: "not before spring".',
)
TAGS = ("alpha", "beta", "key account", "naïve", "pilot", "2026")
TAGLINES = ("", "", "On time, every time", "Quietly reliable", "Für morgen gebaut", "Mehr Licht")
