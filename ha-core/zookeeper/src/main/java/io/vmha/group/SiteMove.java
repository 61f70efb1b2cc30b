package io.vmha.group;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A site that its leader hands over to another instance, so that all lead as many. Immutable.
 *
 * @param site which
 * @param to the name of the instance that is to lead it
 */
record SiteMove(String site, String to) {
    /**
     * An instance tells of itself four times a lease; one that was not heard of for half of a lease is given nothing. It may be dead though
     * it is still called alive: once its sites are taken over it would seem to lead none, and what is handed over to it is led by
     * nobody for a lease.
     */
    private static final int SILENT_PART_OF_A_LEASE = 2;

    /**
     * The move that an instance should make, if any: where it leads two more than another, to the one that leads the least. Pure: the same
     * arguments give the same answer.
     *
     * @param me the instance's name
     * @param sites how each site is, as that instance sees it
     */
    static Optional<SiteMove> next(String me, Collection<GroupHealth> sites, Duration lease) {
        Map<String, Integer> led = new TreeMap<>();
        for (GroupHealth site : sites) {
            site.members().stream()
                    .filter(member -> isHeardOf(member, lease))
                    .forEach(member -> led.putIfAbsent(member.instance().name(), 0));
        }
        for (GroupHealth site : sites) {
            site.leader().ifPresent(leader -> led.computeIfPresent(leader.name(), (name, count) -> count + 1));
        }
        int mine = led.getOrDefault(me, 0);
        return led.entrySet().stream()
                .min(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                .filter(least -> mine - least.getValue() > 1)
                .map(Map.Entry::getKey)
                .flatMap(to -> sites.stream()
                        .filter(site -> site.role() == GroupHealth.Role.LEADER)
                        .filter(site -> site.members().stream()
                                .anyMatch(member -> member.instance().name().equals(to) && isHeardOf(member, lease)))
                        .findFirst()
                        .map(site -> new SiteMove(site.site(), to)));
    }

    private static boolean isHeardOf(GroupHealth.Member member, Duration lease) {
        return member.isAlive() && member.silentFor().compareTo(lease.dividedBy(SILENT_PART_OF_A_LEASE)) < 0;
    }
}
