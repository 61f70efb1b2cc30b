package io.vmha.group;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableSortedMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vmha.group.store.CoordinationStore;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of an orchestrator that manages many sites, each with a group of centers of its own: the leaderships are spread evenly over
 * the instances that are alive. Sites share nothing but the store.
 *
 * <p>Whatever instance is first takes a site that nobody leads. An instance that leads two more than another hands one over to it, one at a
 * time, until no two differ by more than one; so an instance that comes gets its share, and those of one that goes are taken by the rest.
 *
 * <p>Thread-safe: the groups are fixed, and one thread alone balances.
 */
public final class CenterShards implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CenterShards.class);

    private final String me;
    private final SortedMap<String, CenterGroup> groups;
    private final ScheduledExecutorService balancer;
    private volatile boolean handingOver;

    private CenterShards(String me, Map<String, CenterGroup> groups, Duration pause) {
        this.me = me;
        this.groups = ImmutableSortedMap.copyOf(groups);
        this.balancer = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setNameFormat("ha-balance")
                .setDaemon(true)
                .build());
        ScheduledFuture<?> unused =
                balancer.scheduleWithFixedDelay(this::balance, pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns a builder, which is not thread-safe. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The group of a site.
     *
     * @throws IllegalArgumentException if there is no such site
     */
    public CenterGroup site(String name) {
        CenterGroup group = groups.get(name);
        checkArgument(group != null, "no such site: %s", name);
        return group;
    }

    /** How each site's group is, as this instance saw it last, by the site's name. Quick. */
    public SortedMap<String, GroupHealth> health() {
        ImmutableSortedMap.Builder<String, GroupHealth> health = ImmutableSortedMap.naturalOrder();
        groups.forEach((site, group) -> health.put(site, group.health()));
        return health.buildOrThrow();
    }

    private void balance() {
        try {
            if (!handingOver) {
                giveOneAway();
            }
        } catch (RuntimeException | Error failed) {
            LOG.error("{} failed to balance its sites", me, failed);
        }
    }

    private void giveOneAway() {
        SortedMap<String, GroupHealth> health = health();
        Map<String, Integer> led = new TreeMap<>();
        for (GroupHealth site : health.values()) {
            site.members().stream()
                    .filter(GroupHealth.Member::isAlive)
                    .forEach(member -> led.putIfAbsent(member.instance().name(), 0));
        }
        for (GroupHealth site : health.values()) {
            site.leader().ifPresent(leader -> led.computeIfPresent(leader.name(), (name, count) -> count + 1));
        }
        int mine = led.getOrDefault(me, 0);
        Optional<Map.Entry<String, Integer>> least =
                led.entrySet().stream().min(Comparator.comparing(Map.Entry::getValue));
        if (least.isEmpty() || mine - least.get().getValue() < 2) {
            return;
        }
        String to = least.get().getKey();
        groups.values().stream()
                .filter(group -> canTake(group.health(), to))
                .findFirst()
                .ifPresent(group -> {
                    handingOver = true;
                    LOG.info(
                            "{} leads {} sites, {} leads {}: one is handed over",
                            me,
                            mine,
                            to,
                            least.get().getValue());
                    group.handOver(Optional.of(to)).whenComplete((left, thrown) -> handingOver = false);
                });
    }

    private static boolean canTake(GroupHealth site, String to) {
        return site.role() == GroupHealth.Role.LEADER
                && site.members().stream()
                        .anyMatch(member ->
                                member.isAlive() && member.instance().name().equals(to));
    }

    /** Leaves all groups: closes their centers, and leaves their leaderships to the others. The store stays open. */
    @Override
    public void close() {
        balancer.shutdownNow();
        // Each waits for what is under way in its own center; together they take no longer than one.
        groups.values().parallelStream().forEach(CenterGroup::close);
    }

    /** Builds an instance; not thread-safe. */
    public static final class Builder {
        private @Nullable CoordinationStore store;
        private @Nullable Instance instance;
        private @Nullable Function<String, CenterFactory> centers;
        private ImmutableSortedSet<String> sites = ImmutableSortedSet.of();
        private Duration lease = Duration.ofSeconds(6);

        private Builder() {}

        /** Sets the store that the instances share; it stays its owner's to close, after this instance. Required. */
        @CanIgnoreReturnValue
        public Builder store(CoordinationStore chosen) {
            store = chosen;
            return this;
        }

        /** Sets who this instance is. Required. */
        @CanIgnoreReturnValue
        public Builder instance(Instance chosen) {
            instance = chosen;
            return this;
        }

        /** Sets the sites, the same for all instances, one or more; each is a key of the store. Required. */
        @CanIgnoreReturnValue
        public Builder sites(Collection<String> chosen) {
            sites = ImmutableSortedSet.copyOf(chosen);
            return this;
        }

        /** Sets what builds the center of each term, for each site. Required. */
        @CanIgnoreReturnValue
        public Builder centers(Function<String, CenterFactory> chosen) {
            centers = chosen;
            return this;
        }

        /** Sets the lease, as {@link CenterGroup.Builder#lease} does. */
        @CanIgnoreReturnValue
        public Builder lease(Duration chosen) {
            lease = chosen;
            return this;
        }

        /**
         * Returns the instance, which stands for the leadership of every site from now on.
         *
         * @throws IllegalStateException if the store, the instance, the sites or the centers are missing
         * @throws IllegalArgumentException if a site is no key, or the lease is too short
         */
        public CenterShards build() {
            checkState(store != null, "shards need a store");
            checkState(instance != null, "shards need an instance");
            checkState(centers != null, "shards need centers");
            checkState(!sites.isEmpty(), "shards need sites");
            Map<String, CenterGroup.Builder> builders = new TreeMap<>();
            for (String site : sites) {
                builders.put(
                        site,
                        CenterGroup.builder()
                                .store(store)
                                .instance(instance)
                                .site(site)
                                .lease(lease)
                                .center(centers.apply(site)));
            }
            Map<String, CenterGroup> groups = new TreeMap<>();
            builders.forEach((site, builder) -> groups.put(site, builder.build()));
            return new CenterShards(instance.name(), groups, lease.dividedBy(4));
        }
    }
}
