//! What is known before anything is tried: the older file, what its messages met and who judged them.

pub mod coding;
pub mod earlier;
pub mod grounded;
pub mod incumbent;
pub mod judges;
pub mod marking;
pub mod older;
pub mod personas;
pub mod prompt_stats;
pub mod rates;
pub mod readings;
pub mod replies;
