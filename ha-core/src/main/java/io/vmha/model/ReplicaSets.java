package io.vmha.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** All replica sets there are, and whose each member is. Immutable. */
public final class ReplicaSets {
    /** No set at all. */
    public static final ReplicaSets NONE = new ReplicaSets(Map.of(), Map.of());

    private final ImmutableMap<ReplicaSetId, ReplicaSet> sets;
    private final ImmutableMap<MemberId, ReplicaSetId> setOfMember;
    private final ImmutableSet<MemberId> presumedWriters;
    private final ImmutableMap<String, MemberId> byName;

    private ReplicaSets(Map<ReplicaSetId, ReplicaSet> sets, Map<MemberId, ReplicaSetId> setOfMember) {
        this.sets = ImmutableMap.copyOf(sets);
        this.setOfMember = ImmutableMap.copyOf(setOfMember);
        this.presumedWriters = sets.values().stream()
                .flatMap(set -> set.presumedWriter().stream())
                .collect(ImmutableSet.toImmutableSet());
        this.byName =
                setOfMember.keySet().stream().collect(ImmutableMap.toImmutableMap(MemberId::value, member -> member));
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

    /** Whether there is none. */
    public boolean isEmpty() {
        return sets.isEmpty();
    }

    /** The member of that name; empty where it is in no set. */
    public Optional<MemberId> member(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The member whose writer a VM needs: the one that it names, or, for a DATABASE VM that names none, its cluster's; empty where that
     * is in no set.
     *
     * @param role the role of the VM's host, asked where it matters
     */
    public Optional<MemberId> memberOf(VirtualMachine vm, Supplier<ClusterRole> role) {
        if (isEmpty()) {
            return Optional.empty();
        }
        if (vm.member().isPresent()) {
            return member(vm.member().get());
        }
        return vm.type().equals(VmType.DATABASE)
                ? member(ReplicaSet.memberFor(role.get()).value())
                : Optional.empty();
    }

    /** Whether a member is the one of its set that requests go to: see {@link ReplicaSet#presumedWriter}. */
    public boolean isPresumedWriter(MemberId member) {
        return presumedWriters.contains(member);
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
        return with(known.updatedWith(reading));
    }

    /**
     * Returns these sets with one of them as it is now.
     *
     * @param set the set, which holds what was known of it before: see {@link ReplicaSet#updatedWith}
     * @throws IllegalArgumentException if there is no such set, or it has other members
     */
    public ReplicaSets with(ReplicaSet set) {
        ReplicaSet known = sets.get(set.id());
        checkArgument(known != null, "there is no replica set %s", set.id());
        checkArgument(
                known.memberIds().equals(set.memberIds()),
                "replica set %s has the members %s, not %s",
                set.id(),
                known.memberIds(),
                set.memberIds());
        Map<ReplicaSetId, ReplicaSet> updated = new LinkedHashMap<>(sets);
        updated.put(known.id(), set);
        return new ReplicaSets(updated, setOfMember);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReplicaSets that && sets.equals(that.sets);
    }

    @Override
    public int hashCode() {
        return sets.hashCode();
    }

    @Override
    public String toString() {
        return "ReplicaSets" + sets.values();
    }
}
