//! Campaigns: from leads to messages that can be sent.
