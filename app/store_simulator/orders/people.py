"""Invented names and goods for generated state; no real person or product is meant. Pure word lists, no rules."""

FIRST_NAMES = (
    "Anna", "Jonas", "Mila", "Theo", "Élodie", "Bruno", "Sanne", "Noor", "Ravi", "Yuki", "Haruto", "Grace",
    "Owen", "Zoë", "Łukasz", "Inés", "Fatima", "Omar", "Jürgen", "Siobhán", "Marta", "Ben", "Chloé", "Piet",
)  # fmt: skip
LAST_NAMES = (
    "Berger", "Vogel", "Moreau", "Lefèvre", "de Vries", "Bakker", "Tanaka", "Sato", "Al-Sabah", "Hughes",
    "O'Neill", "Nowak", "García", "Rossi", "Meier", "Brunner", "Clark", "Tremblay", "Singh", "Núñez", "Groß",
)  # fmt: skip
COMPANIES = ("Blauwal Design", "Atelier Nord", "Fig & Fern", "Kestrel Works", "Maison Tilleul")
GOODS = (
    ("Linen Shirt", "Clothing", 4900), ("Merino Scarf", "Clothing", 3450), ("Canvas Tote", "Bags", 1995),
    ("Field Notebook", "Stationery", 899), ("Enamel Mug", "Kitchen", 1290), ("Oak Cutting Board", "Kitchen", 3999),
    ("Filter Coffee 250 g", "Food", 1150), ("Wildflower Honey", "Food", 795), ("Dark Chocolate 70 %", "Food", 449),
    ("Desk Lamp", "Home", 11900), ("Wool Blanket", "Home", 8900), ("Beeswax Candle", "Home", 1650),
    ("Travel Umbrella", "Accessories", 2790), ("Leather Belt", "Accessories", 5400), ("Steel Bottle", "Outdoor", 2495),
    ("Trail Backpack", "Outdoor", 12950), ("Garden Gloves", "Garden", 1399), ("Herb Seeds", "Garden", 325),
    ("Sketch Pencils", "Stationery", 1475), ("Ceramic Vase", "Home", 4250),
)  # fmt: skip
COLOURS = ("Sand", "Moss", "Indigo", "Rust")
SIZES = ("S", "M", "L", "XL")
NOTES = (
    "Please ring at the back door.", "Geschenk: bitte ohne Rechnung verpacken.", "Leave with the neighbour at no. 12",
    "Deliver after 6 pm", "Merci d'appeler avant la livraison", "It's a surprise 🎁 – no branding on the box",
)  # fmt: skip
TAGS = ("gift", "VIP", "wholesale check", "first order", "newsletter", "repeat")
ATTRIBUTES = (
    ("Delivery date", "2026-12-01"), ("Gift wrap", "yes"), ("Heard of us", "A friend"), ("Table", "7"),
)  # fmt: skip
CUSTOM_WORK = ("Engraving", "Repair", "Rush handling", "Gift wrapping")
CARRIERS = (("DHL", "dhl"), ("UPS", "ups"), ("PostNL", "postnl"), ("Swiss Post", "swiss-post"))
SHIPPING_TITLES = (("Standard", "standard", 490), ("Express", "express", 1290), ("Bulky goods", "bulky", 2450))
LOCATIONS = (("Main Warehouse", "DE"), ("City Store", "DE"), ("Zürich Store", "CH"), ("Lyon Depot", "FR"))
