package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** How far a replica is behind its set's writer: known as of a moment, or unknown and why. Immutable. */
public sealed interface ReplicaLag {

    /** When the reading began that says so. */
    Instant at();

    /** What was last known, which is this where it is known. */
    Optional<Known> lastKnown();

    /** The same, with an earlier reading to fall back on where this one does not know. */
    ReplicaLag after(ReplicaLag earlier);

    /**
     * It was read from the replica and from the writer.
     *
     * @param bytes how much of the writer's log the replica has not applied, 0 or more
     * @param unreceivedBytes how much of that it does not even have on its disk, from 0 to {@code bytes}: what would be lost
     * @param time the age of the oldest change that it has not applied, or more: 0 if and only if there is none
     * @param at when the reading began
     */
    record Known(long bytes, long unreceivedBytes, Duration time, Instant at) implements ReplicaLag {

        /**
         * Checks the numbers.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public Known {
            checkArgument(bytes >= 0, "lag must be 0 bytes or more: %s", bytes);
            checkArgument(
                    unreceivedBytes >= 0 && unreceivedBytes <= bytes,
                    "unreceivedBytes must be from 0 to %s: %s",
                    bytes,
                    unreceivedBytes);
            checkArgument(
                    bytes == 0 ? time.isZero() : !time.isNegative() && !time.isZero(),
                    "the lag of %s bytes cannot be %s old",
                    bytes,
                    time);
        }

        @Override
        public Optional<Known> lastKnown() {
            return Optional.of(this);
        }

        @Override
        public ReplicaLag after(ReplicaLag earlier) {
            return this;
        }

        /** The age of the oldest change that it does not have on its disk, or more; 0 where it has all. */
        public Duration unreceivedTime() {
            return unreceivedBytes == 0 ? Duration.ZERO : time;
        }
    }

    /**
     * It could not be read from both. That is not 0: it may be anything.
     *
     * @param cause why
     * @param at when the reading began
     * @param lastKnown what was known before
     */
    record Unknown(Cause cause, Instant at, Optional<Known> lastKnown) implements ReplicaLag {

        /** One that has never been known. */
        public Unknown(Cause cause, Instant at) {
            this(cause, at, Optional.empty());
        }

        @Override
        public ReplicaLag after(ReplicaLag earlier) {
            return lastKnown.isPresent() ? this : new Unknown(cause, at, earlier.lastKnown());
        }
    }

    /** Why a lag is not known. */
    enum Cause {
        /** Nobody has read it yet. */
        NEVER_READ,
        /** The replica does not answer. */
        REPLICA_NOT_READ,
        /** No member is seen to be the writer, or more than one is. */
        WRITER_NOT_SEEN,
        /** The replica is on another timeline than the writer, so that their positions do not compare. */
        OTHER_TIMELINE,
        /** The replica has log that the writer of its timeline does not have. */
        AHEAD_OF_WRITER,
        /** The replica does not say how far it has come, or when the oldest change that it misses was made. */
        NOT_TOLD
    }
}
