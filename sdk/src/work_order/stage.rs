use super::named;

named! {
    /// Where a work order stands.
    Stage {
        /// Made with the rating; the department does not have it yet.
        Opened = "opened",
        /// 派单: with the department, which has to contact the rater.
        Dispatched = "dispatched",
        /// The department says that it is not theirs; a supervisor decides, and the clock runs.
        Reassigning = "reassigning",
        /// 核实: cause and demand are confirmed, or nobody was reached.
        Contacted = "contacted",
        /// 认定: a valid bad rating.
        Valid = "valid",
        /// 认定: held to be 误评 or 恶意评价, which only an appeal can establish.
        Contested = "contested",
        /// 申诉: with the service-management body.
        Appealed = "appealed",
        /// The appeal was upheld: out of the net figures, never out of the gross ones.
        Upheld = "upheld",
        /// 整改
        Rectifying = "rectifying",
        /// 办结
        Completed = "completed",
        /// 反馈: the person has the answer, and may say whether it will do.
        Replied = "replied",
        /// 追评 or 回访, or its term went by.
        FollowedUp = "followed_up",
        /// At rest.
        Closed = "closed",
    }
}
