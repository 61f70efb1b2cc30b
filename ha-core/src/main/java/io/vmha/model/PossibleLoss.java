package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/**
 * What may be lost of the acknowledged writes if a replica is promoted. Immutable.
 *
 * @param kind whether anything, and whether that is known
 * @param atMost nothing that was acknowledged earlier than this before the writer stopped is lost; 0 unless {@link
 *     Kind#AT_MOST}, then more than 0
 * @param why what it is concluded from, for an operator
 */
public record PossibleLoss(Kind kind, Duration atMost, String why) {

    /** Whether anything can be lost. */
    public enum Kind {
        /** The replica has every write that was acknowledged. */
        NONE,
        /** The replica lacks at most the writes of a known time. */
        AT_MOST,
        /** Nothing is known. */
        UNKNOWN
    }

    /**
     * Checks the time.
     *
     * @throws IllegalArgumentException if it does not fit the kind
     */
    public PossibleLoss {
        checkArgument(
                kind == Kind.AT_MOST ? !atMost.isNegative() && !atMost.isZero() : atMost.isZero(),
                "a loss of kind %s cannot be %s",
                kind,
                atMost);
    }

    static PossibleLoss none(String why) {
        return new PossibleLoss(Kind.NONE, Duration.ZERO, why);
    }

    static PossibleLoss unknown(String why) {
        return new PossibleLoss(Kind.UNKNOWN, Duration.ZERO, why);
    }

    static PossibleLoss atMost(Duration time, String why) {
        return time.isZero() ? none(why) : new PossibleLoss(Kind.AT_MOST, time, why);
    }

    /** Whether it is known to be no more than that. */
    public boolean isWithin(Duration limit) {
        return kind != Kind.UNKNOWN && atMost.compareTo(limit) <= 0;
    }
}
