package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import io.vmha.model.internal.HaStyle;
import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * A member of a replica set, as it was last seen: a database server with a copy of the data. Several VMs may use the
 * database of one member. Immutable.
 */
@Value.Immutable
@HaStyle
public interface DatabaseMember {

    /** Its name. */
    MemberId id();

    /** Whether it writes or replicates, with who saw that and when. */
    ObservedRole role();

    /** Whether its data is a copy of its set's. */
    @Value.Default
    default MemberStanding standing() {
        return MemberStanding.UNKNOWN;
    }

    /** The end of the log that is on its disk; absent where it was not read. */
    Optional<LogPosition> position();

    /** How far it is behind the writer; absent for a writer. */
    Optional<ReplicaLag> lag();

    /** Whether commits wait for it; UNKNOWN for a writer. */
    @Value.Default
    default Synchrony synchrony() {
        return Synchrony.UNKNOWN;
    }

    /** The member that it receives its log from at that moment; absent where it receives nothing or that is not seen. */
    Optional<MemberId> source();

    /** Whether a writer holds its writes back, as a step of a switchover; false unless told otherwise. */
    @Value.Default
    default boolean holdsWrites() {
        return false;
    }

    /** Why it could not be read, without any credential; absent where it was. */
    Optional<String> problem();

    /** Whether it may accept writes: it does, or it was not seen to replicate instead. */
    default boolean mayWrite() {
        return role().role() != DatabaseRole.REPLICA;
    }

    /** Refuses a member whose parts contradict one another. */
    @Value.Check
    default void check() {
        boolean isUnknown = role().role() == DatabaseRole.UNKNOWN;
        checkArgument(isUnknown || position().isPresent(), "member %s: a %s has a position", id(), role().role());
        checkArgument(role().role() != DatabaseRole.WRITER || lag().isEmpty(), "member %s: a WRITER has no lag", id());
        checkArgument(
                role().role() != DatabaseRole.REPLICA || lag().isPresent(),
                "member %s: the lag of a REPLICA is known or unknown, not absent",
                id());
        checkArgument(!source().equals(Optional.of(id())), "member %s cannot be its own source", id());
        checkArgument(
                !holdsWrites() || role().role() == DatabaseRole.WRITER, "member %s: only a WRITER holds writes", id());
    }

    /** Returns this member with that observed role. */
    DatabaseMember withRole(ObservedRole role);

    /** Returns this member with that standing. */
    DatabaseMember withStanding(MemberStanding standing);

    /** Returns this member with that log position. */
    DatabaseMember withPosition(LogPosition position);

    /** Returns this member with that log position, or none. */
    DatabaseMember withPosition(Optional<? extends LogPosition> position);

    /** Returns this member with that lag. */
    DatabaseMember withLag(ReplicaLag lag);

    /** Returns this member with that lag, or none. */
    DatabaseMember withLag(Optional<? extends ReplicaLag> lag);

    /** Returns this member with that synchrony. */
    DatabaseMember withSynchrony(Synchrony synchrony);

    /** Returns this member with that source. */
    DatabaseMember withSource(MemberId source);

    /** Returns this member with that source, or none. */
    DatabaseMember withSource(Optional<? extends MemberId> source);

    /** Returns this member as one that holds its writes, or does not. */
    DatabaseMember withHoldsWrites(boolean holds);

    /** Returns a builder that has all of this one's values; for changes of more than one at once. */
    default Builder toBuilder() {
        return new Builder().from(this);
    }

    /** Returns a builder; it is not thread-safe, and its {@code build} refuses what {@link #check} names. */
    static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a member of which nothing is known.
     *
     * @param by who did not see it
     * @param at when
     * @param problem why it could not be read
     */
    static DatabaseMember unknown(MemberId id, String by, Instant at, String problem) {
        return builder()
                .id(id)
                .role(new ObservedRole(DatabaseRole.UNKNOWN, by, at))
                .problem(problem)
                .build();
    }

    /**
     * Builds a member: a method for each value, by its name. Every value that has no default and may not be absent must be set. Not
     * thread-safe.
     */
    final class Builder extends ImmutableDatabaseMember.Builder {
        Builder() {}
    }
}
