package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import java.util.Set;

/**
 * The rule by which a writer acknowledges a commit: after how many replicas of which have how much of it. Immutable.
 *
 * @param kind how the replicas are chosen
 * @param required how many replicas each commit waits for, 0 or more; 0 only with {@link Kind#NONE}
 * @param candidates the members that count
 * @param others how many more count that are no members of the set, 0 or more
 * @param isOpen whether any replica whatsoever may count beside these, so that their number is not known
 * @param durability what each of the required replicas must have done with the commit
 */
public record CommitRule(
        Kind kind, int required, Set<MemberId> candidates, int others, boolean isOpen, Durability durability) {

    /** How the replicas that a commit waits for are chosen. */
    public enum Kind {
        /** It waits for none. */
        NONE,
        /** It waits for those with the highest priority among the ones that are connected. */
        PRIORITY,
        /** It waits for any of them. */
        QUORUM
    }

    /** What a replica has done with a commit before that is acknowledged; the later ones include the earlier. */
    public enum Durability {
        /** Nothing: the writer does not wait, whatever replicas are named. */
        NONE,
        /** It is in the memory of the replica's operating system, which a crash of that host loses. */
        WRITTEN,
        /** It is on the replica's disk. */
        FLUSHED,
        /** It is on its disk and queries there see it. */
        APPLIED
    }

    /** The rule of a writer that waits for nobody. */
    public static final CommitRule ASYNCHRONOUS =
            new CommitRule(Kind.NONE, 0, ImmutableSet.of(), 0, false, Durability.NONE);

    /**
     * Copies the set.
     *
     * @throws IllegalArgumentException if a number is negative, or {@code required} does not fit the kind
     */
    public CommitRule {
        checkArgument(
                kind == Kind.NONE ? required == 0 : required > 0,
                "a commit rule of kind %s cannot require %s replicas",
                kind,
                required);
        checkArgument(others >= 0, "others must be 0 or more: %s", others);
        candidates = ImmutableSet.copyOf(candidates);
    }

    /** Whether an acknowledged commit is on the disk of another member, whichever that is. */
    public boolean isDurableElsewhere() {
        return required > 0 && durability.compareTo(Durability.FLUSHED) >= 0;
    }

    /**
     * How many of the candidates must be looked at so that at least one of them has every acknowledged commit: all that can
     * be missing from the rest of them. 1 where each commit waits for all candidates.
     *
     * @return 1 or more; {@link Integer#MAX_VALUE} where no number of them is enough
     */
    public int witnesses() {
        if (!isDurableElsewhere() || isOpen) {
            return Integer.MAX_VALUE;
        }
        return Math.max(1, candidates.size() + others - required + 1);
    }
}
