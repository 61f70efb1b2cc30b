package io.vmha.model;

import java.time.Instant;

/**
 * A writer's rule for commits, with when it was read from whom. A change that is taken back between two readings is not
 * seen.
 *
 * @param rule the rule
 * @param writer the member that it was read from
 * @param since where the writer's log ended when the rule was first seen: what is later is acknowledged by the rule alone,
 *     what is earlier may have been acknowledged by another one
 * @param at when the reading began that saw it last
 */
public record ObservedCommitRule(CommitRule rule, MemberId writer, LogPosition since, Instant at) {

    /** The newer reading of the two, in force since the earlier one if nothing has changed. */
    ObservedCommitRule after(ObservedCommitRule earlier) {
        boolean isSame = rule.equals(earlier.rule)
                && writer.equals(earlier.writer)
                && since.timeline() == earlier.since.timeline();
        return isSame ? new ObservedCommitRule(rule, writer, earlier.since, at) : this;
    }
}
