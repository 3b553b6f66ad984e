//! Names of people and places for the persona writer.

/// Given names and family names by region, so that names fit together.
pub(super) const NAMES: [(&[&str], &[&str]); 12] = [
    (
        &["Grace", "Oliver", "Harriet", "Callum", "Fiona", "Dylan", "Megan", "Rhys"],
        &["Bennett", "Whitaker", "Doyle", "MacLeod", "Prescott", "Harding", "Quinn", "Ashworth"],
    ),
    (
        &["Chidi", "Ngozi", "Tunde", "Amara", "Kwame", "Abena", "Zanele", "Sipho"],
        &["Okafor", "Adeyemi", "Mensah", "Boateng", "Dlamini", "Nkosi", "Eze", "Owusu"],
    ),
    (
        &["Wei", "Mei", "Jun", "Xinyi", "Hao", "Lin", "Yan", "Bo"],
        &["Zhang", "Liu", "Huang", "Zhao", "Wu", "Xu", "Gao", "Luo"],
    ),
    (
        &["Haruto", "Yuki", "Aiko", "Kenji", "Naomi", "Sora", "Emi", "Daichi"],
        &["Tanaka", "Mori", "Fujita", "Okada", "Hayashi", "Ueda", "Nakano", "Ishii"],
    ),
    (
        &["Priya", "Arjun", "Kavya", "Rohan", "Anjali", "Vikram", "Meera", "Nikhil"],
        &["Iyer", "Menon", "Deshpande", "Chatterjee", "Reddy", "Kulkarni", "Bose", "Nair"],
    ),
    (
        &["Lucía", "Mateo", "Camila", "Joaquín", "Valeria", "Andrés", "Paula", "Emilio"],
        &["Herrera", "Vargas", "Salazar", "Ibarra", "Montoya", "Quiroga", "Peña", "Rojas"],
    ),
    (
        &["Beatriz", "Thiago", "Larissa", "Caio", "Joana", "Rui", "Inês", "Davi"],
        &["Carvalho", "Barbosa", "Teixeira", "Moreira", "Figueira", "Tavares", "Nunes", "Pinto"],
    ),
    (
        &["Anneke", "Jonas", "Katrin", "Lukas", "Maren", "Stefan", "Greta", "Pieter"],
        &["Vogel", "Brandt", "Lindner", "Hoekstra", "Keller", "Steiner", "Visser", "Baumann"],
    ),
    (
        &["Élodie", "Baptiste", "Manon", "Rémi", "Chloé", "Étienne", "Margaux", "Yann"],
        &["Lefèvre", "Moreau", "Girard", "Rousseau", "Marchand", "Perrin", "Dufour", "Colin"],
    ),
    (
        &["Agnieszka", "Tomasz", "Ivana", "Marek", "Oksana", "Bogdan", "Jelena", "Petr"],
        &["Nowak", "Horváth", "Kovač", "Dvořák", "Shevchenko", "Ionescu", "Petrović", "Wójcik"],
    ),
    (
        &["Leila", "Omar", "Yasmin", "Karim", "Dalia", "Tariq", "Shirin", "Emre"],
        &["Haddad", "Mansour", "Rahimi", "Yılmaz", "Farouk", "Benali", "Aydın", "Nasser"],
    ),
    (
        &["Ingrid", "Mikkel", "Saga", "Eero", "Freja", "Anders", "Liv", "Aino"],
        &["Lindqvist", "Nygaard", "Korhonen", "Holm", "Bergström", "Dahl", "Virtanen", "Solberg"],
    ),
];

/// Cities.
pub(super) const CITIES: [&str; 40] = [
    "Lagos",
    "Nairobi",
    "Accra",
    "Johannesburg",
    "Cairo",
    "Casablanca",
    "Berlin",
    "Hamburg",
    "Vienna",
    "Zurich",
    "Lyon",
    "Nantes",
    "Lisbon",
    "Porto",
    "Madrid",
    "Valencia",
    "Milan",
    "Turin",
    "Warsaw",
    "Prague",
    "Tallinn",
    "Oslo",
    "Malmö",
    "Aarhus",
    "Leeds",
    "Glasgow",
    "Dublin",
    "Toronto",
    "Denver",
    "Austin",
    "Chicago",
    "Atlanta",
    "Bogotá",
    "Santiago",
    "Curitiba",
    "Pune",
    "Bengaluru",
    "Singapore",
    "Osaka",
    "Melbourne",
];
