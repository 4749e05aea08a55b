//! `weir secrets`: files and values, keys, Git, and what is left when it is killed.

mod alternate;
mod bed;
mod care;
mod execute;
mod killed;
mod repository;
mod values;
