package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** All replica sets there are, and whose each member is. Immutable. */
public final class ReplicaSets {
    private final ImmutableMap<ReplicaSetId, ReplicaSet> sets;
    private final ImmutableMap<MemberId, ReplicaSetId> setOfMember;

    private ReplicaSets(Map<ReplicaSetId, ReplicaSet> sets, Map<MemberId, ReplicaSetId> setOfMember) {
        this.sets = ImmutableMap.copyOf(sets);
        this.setOfMember = ImmutableMap.copyOf(setOfMember);
    }

    /**
     * Returns these sets.
     *
     * @throws IllegalArgumentException if two have one name, or one member
     */
    public static ReplicaSets of(Collection<ReplicaSet> all) {
        Map<ReplicaSetId, ReplicaSet> sets = new LinkedHashMap<>();
        Map<MemberId, ReplicaSetId> owners = new HashMap<>();
        for (ReplicaSet set : all) {
            checkArgument(sets.put(set.id(), set) == null, "two replica sets with the name %s", set.id());
            for (MemberId member : set.memberIds()) {
                ReplicaSetId other = owners.put(member, set.id());
                checkArgument(other == null, "member %s is in two replica sets, %s and %s", member, other, set.id());
            }
        }
        return new ReplicaSets(sets, owners);
    }

    /** All of them, in the order in which they were given. */
    public Collection<ReplicaSet> all() {
        return sets.values();
    }

    /** The set with that name. */
    public Optional<ReplicaSet> set(ReplicaSetId id) {
        return Optional.ofNullable(sets.get(id));
    }

    /** The set that the member belongs to; empty where it is unknown. */
    public Optional<ReplicaSet> setOf(MemberId member) {
        return Optional.ofNullable(setOfMember.get(member)).map(sets::get);
    }

    /**
     * Returns these sets with one of them as a reading shows it.
     *
     * @throws IllegalArgumentException if there is no such set, or the reading names other members
     */
    public ReplicaSets updatedWith(ReplicaSet reading) {
        ReplicaSet known = sets.get(reading.id());
        checkArgument(known != null, "there is no replica set %s", reading.id());
        Map<ReplicaSetId, ReplicaSet> updated = new LinkedHashMap<>(sets);
        updated.put(known.id(), known.updatedWith(reading));
        return new ReplicaSets(updated, setOfMember);
    }
}
