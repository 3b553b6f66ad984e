//! Whose turn it is: who is learned from, who only verifies, and which entries of two runs are one person.

pub mod companies;
pub mod fresh_people;
pub mod kinds;
pub mod near_copies;
pub mod pairing;
pub mod split;
