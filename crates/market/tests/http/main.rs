//! The market's server as plain clients see it.

mod faults;
mod pace;
mod shapes;
mod support;
