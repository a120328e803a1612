"""Titles people give their stories."""

from __future__ import annotations

TITLES = {
    "compassion": ("Kindness when I needed it", "How staff spoke to us", "The people make it"),
    "communication": ("Nobody said", "Kept in the dark", "Being told things"),
    "waiting": ("The wait", "A long time sitting", "Still waiting"),
    "staffing": ("Not enough of them", "Run off their feet"),
    "food": ("The food", "Tea and toast"),
    "parking": ("Parking", "Getting parked"),
    "discharge": ("Going home", "Sent home"),
    "continuity": ("A new face every time", "Joined up or not"),
    "dignity": ("Respect", "Privacy"),
    "families": ("As a family", "Listen to the carer"),
    "it_systems": ("The computers", "Lost in the system"),
    "cleanliness": ("How clean it was", "Hygiene"),
    "appointments": ("My appointment", "Booking"),
    "phone": ("Getting through", "On hold"),
    "medication": ("My tablets", "Medicines"),
    "mh_crisis": ("When it was at its worst", "Asking for help"),
    "home_care": ("Care at home", "The calls"),
    "environment": ("The building", "The place itself"),
    "training": ("Knowing what they're at", "Skills"),
    "access": ("Finding my way", "Getting in the door"),
    "transport": ("Getting there", "The road to hospital"),
    "pain": ("Pain", "Sore"),
    "night_noise": ("No sleep", "Nights on the ward"),
    "general": ("My experience", "My visit", "Thank you", "What happened to us"),
}
