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
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
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
 * It looks four times a lease whether it leads too many; while it does, the next is handed over as soon as the last one is led.
 *
 * <p>Thread-safe: the groups are fixed, and what is being handed over is confined to the thread that balances.
 */
public final class CenterShards implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CenterShards.class);
    private static final int LOOKS_OF_A_LEASE = 4;
    /** After that long a site that was handed over is waited for no longer: whoever is first takes what was not taken. */
    private static final int LEASES_OF_A_MOVE = 2;

    private final String me;
    private final SortedMap<String, CenterGroup> groups;
    private final Duration lease;
    private final ScheduledExecutorService balancer;
    private Optional<UnderWay> underWay = Optional.empty();
    private long lookFrom;

    /** A site that is handed over, until when another instance should lead it, and whether this one has left it. */
    private record UnderWay(CenterGroup group, long until, CompletableFuture<Void> left) {}

    private CenterShards(String me, Map<String, CenterGroup> groups, Duration lease) {
        this.me = me;
        this.groups = ImmutableSortedMap.copyOf(groups);
        this.lease = lease;
        this.lookFrom = in(lease.dividedBy(LOOKS_OF_A_LEASE));
        this.balancer = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setNameFormat("ha-balance")
                .setDaemon(true)
                .build());
        long pause = CenterGroup.pause(lease).toNanos();
        ScheduledFuture<?> unused = balancer.scheduleWithFixedDelay(this::balance, pause, pause, TimeUnit.NANOSECONDS);
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private static boolean isDue(long from) {
        return System.nanoTime() - from >= 0;
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
            boolean next = underWay.isPresent() ? underWay.filter(this::isOver).isPresent() : isDue(lookFrom);
            if (next) {
                underWay = Optional.empty();
                lookFrom = in(lease.dividedBy(LOOKS_OF_A_LEASE));
                giveOneAway();
            }
        } catch (RuntimeException | Error failed) {
            LOG.error("{} failed to balance its sites", me, failed);
        }
    }

    /** Before another instance is seen to lead it the site counts for nobody, and the next look would be at wrong numbers. */
    private boolean isOver(UnderWay last) {
        return last.left().isCompletedExceptionally()
                || isDue(last.until())
                || (last.left().isDone()
                        && last.group()
                                .health()
                                .leader()
                                .filter(leader -> !leader.name().equals(me))
                                .isPresent());
    }

    private void giveOneAway() {
        SiteMove.next(me, health().values(), lease).ifPresent(next -> {
            LOG.info("{} leads more sites than {}: {} is handed over", me, next.to(), next.site());
            CenterGroup group = site(next.site());
            underWay = Optional.of(new UnderWay(
                    group,
                    in(lease.multipliedBy(LEASES_OF_A_MOVE)),
                    group.handOver(Optional.of(next.to())).toCompletableFuture()));
        });
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
            return new CenterShards(instance.name(), groups, lease);
        }
    }
}
