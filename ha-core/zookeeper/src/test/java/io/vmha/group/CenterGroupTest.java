package io.vmha.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.adapter.CallContext;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.leader.Leadership;
import io.vmha.center.leader.NotLeaderException;
import io.vmha.group.store.InMemoryStore;
import io.vmha.model.VmId;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import io.vmha.zookeeper.Ensemble;
import io.vmha.zookeeper.ZooKeeperConfig;
import io.vmha.zookeeper.ZooKeeperStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Three instances on a real ensemble, each with a client of its own, in one JVM. */
class CenterGroupTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(60);

    private final SimulatedDatacenter datacenter =
            new SimulatedDatacenter(Datacenter.threeHosts().inventory());
    private final ZooKeeperConfig config = Ensemble.shared().freshRoot();
    private final List<ZooKeeperStore> stores = new ArrayList<>();
    private final List<CenterGroup> groups = new ArrayList<>();

    private CenterGroup instance(String name) {
        return instance(name, this::center);
    }

    private CenterGroup instance(String name, CenterFactory factory) {
        ZooKeeperStore store = ZooKeeperStore.connect(config);
        stores.add(store);
        CenterGroup group = CenterGroup.builder()
                .store(store)
                .site("site-a")
                .instance(new Instance(name, "http://" + name))
                .lease(LEASE)
                .center(factory)
                .build();
        groups.add(group);
        return group;
    }

    private ManagementCenter center(Leadership leadership, PlanJournal journal) {
        return ManagementCenter.builder()
                .leadership(leadership)
                .journal(journal)
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .fencingDevice(datacenter.fencingDevice())
                .inventory(datacenter.actual())
                .build();
    }

    @AfterEach
    void closeAll() {
        groups.forEach(CenterGroup::close);
        stores.forEach(ZooKeeperStore::close);
    }

    private static boolean leads(CenterGroup group) {
        return group.health().role() == GroupHealth.Role.LEADER;
    }

    private CenterGroup awaitLeader(List<CenterGroup> among) {
        await().atMost(LONG).until(() -> among.stream().anyMatch(CenterGroupTest::leads));
        return among.stream().filter(CenterGroupTest::leads).findFirst().orElseThrow();
    }

    private static DecisionOutcome outcome(CenterGroup group, String vm) throws Exception {
        return group.submit(Datacenter.readOnly(vm)).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static boolean knowsLeader(CenterGroup group, String address) {
        return group.health().leader().map(Instance::address).equals(Optional.of(address));
    }

    @Test
    void oneOfThreeLeadsAndTheOthersTellWhere() throws Exception {
        List<CenterGroup> three = List.of(instance("ha-1"), instance("ha-2"), instance("ha-3"));
        CenterGroup leader = awaitLeader(three);
        String address = "http://ha-" + (three.indexOf(leader) + 1);

        assertThat(outcome(leader, "mw1").decision().parts()).isNotEmpty();
        for (CenterGroup follower : three) {
            if (follower != leader) {
                await().atMost(LONG).until(() -> knowsLeader(follower, address));
                assertThatThrownBy(() -> outcome(follower, "mw3"))
                        .cause()
                        .isInstanceOfSatisfying(
                                NotLeaderException.class,
                                refused -> assertThat(refused.leader()).contains(address));
                assertThatThrownBy(() ->
                                follower.beginReading().toCompletableFuture().get(60, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(NotLeaderException.class);
            }
        }
        await().atMost(LONG)
                .until(() -> leader.health().members().stream()
                                .filter(GroupHealth.Member::isAlive)
                                .count()
                        == 3);
        assertThat(leader.health().isHealthy()).isTrue();
        VmId mw1 = VmId.of("mw1");
        assertThat(datacenter.trafficDirector().serverOf(mw1, CallContext.within(LONG)))
                .isNotEqualTo(mw1);
    }

    @Test
    void theNextLeaderKnowsWhatTheOneBeforeDidAndLeadsAHigherEpoch() throws Exception {
        List<CenterGroup> two = List.of(instance("ha-1"), instance("ha-2"));
        CenterGroup first = awaitLeader(two);
        long epoch = first.health().epoch();
        assertThat(outcome(first, "mw1").decision().parts()).isNotEmpty();
        first.close();

        CenterGroup next = awaitLeader(two);
        assertThat(next).isNotSameAs(first);
        assertThat(next.health().epoch()).isGreaterThan(epoch);
        assertThat(outcome(next, "mw1").decision().parts().get(0).reason().name())
                .as("a report that was taken before")
                .isEqualTo("DUPLICATE");
    }

    @Test
    void aLeaderThatLosesItsStoreActsNoMoreAndAnotherTakesOver() {
        CenterGroup first = instance("ha-1");
        CenterGroup leader = awaitLeader(List.of(first));
        CenterGroup other = instance("ha-2");
        await().atMost(LONG).until(() -> !other.health().members().isEmpty());
        stores.get(0).close();

        await().atMost(LONG).until(() -> leads(other));
        assertThat(leads(leader)).isFalse();
        assertThatThrownBy(() -> leader.submit(Datacenter.readOnly("mw1"))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NotLeaderException.class);
        assertThat(leader.health().isConnected()).isFalse();
        assertThat(leader.health().problem()).isPresent();
    }

    @Test
    void anOperatorHandsTheLeadershipOverToANamedInstance() throws Exception {
        CenterGroup first = instance("ha-1");
        CenterGroup leader = awaitLeader(List.of(first));
        CenterGroup second = instance("ha-2");
        CenterGroup third = instance("ha-3");
        await().atMost(LONG).until(() -> leader.health().members().size() == 3);

        assertThatThrownBy(() -> leader.handOver(Optional.of("ha-9"))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .hasMessageContaining("ha-9");
        assertThatThrownBy(() ->
                        second.handOver(Optional.empty()).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .hasCauseInstanceOf(NotLeaderException.class);
        Void unused = leader.handOver(Optional.of("ha-3")).toCompletableFuture().get(60, TimeUnit.SECONDS);

        await().atMost(LONG).until(() -> leads(third));
        assertThat(leads(second)).isFalse();
        assertThat(outcome(third, "mw1").decision().parts()).isNotEmpty();
    }

    @Test
    void whereNoCenterCanBeBuiltAnotherInstanceIsLetTry() {
        AtomicInteger tries = new AtomicInteger();
        CenterGroup broken = instance("ha-1", (leadership, journal) -> {
            tries.incrementAndGet();
            throw new IllegalStateException("the platform cannot be read");
        });
        await().atMost(LONG).until(() -> tries.get() > 0);
        CenterGroup sound = instance("ha-2");

        await().atMost(LONG).until(() -> leads(sound));
        assertThat(broken.health().problem())
                .hasValueSatisfying(told -> assertThat(told).contains("the platform cannot be read"));
    }

    @Test
    void whereOnlyTheCenterEndedTheLeadershipIsLeftAndANewOneIsBuilt() throws Exception {
        AtomicReference<ManagementCenter> built = new AtomicReference<>();
        CenterGroup group = instance("ha-1", (leadership, journal) -> {
            ManagementCenter made = center(leadership, journal);
            built.set(made);
            return made;
        });
        awaitLeader(List.of(group));
        ManagementCenter first = built.get();
        long epoch = group.health().epoch();
        first.close();

        await().atMost(LONG).until(() -> leads(group) && group.health().epoch() > epoch);
        assertThat(first.isLeading()).isFalse();
        assertThat(built.get().isLeading()).isTrue();
        assertThat(outcome(group, "mw1").decision().parts()).isNotEmpty();
    }

    @Test
    void withoutAStoreNothingLeadsAndTheHealthSaysSo() {
        try (ZooKeeperStore nowhere = ZooKeeperStore.connect(
                ZooKeeperConfig.of("127.0.0.1:1", "/vmha").withTimeout(Duration.ofSeconds(1)))) {
            CenterGroup group = CenterGroup.builder()
                    .store(nowhere)
                    .instance(new Instance("ha-1", "http://ha-1"))
                    .lease(LEASE)
                    .center(this::center)
                    .build();
            await().atMost(LONG).until(() -> group.health().problem().isPresent());
            assertThat(group.health().problem().orElseThrow()).contains("127.0.0.1:1");
            assertThat(group.health().leader()).isEmpty();
            assertThat(group.health().isHealthy()).isFalse();
            assertThatThrownBy(() -> group.accept(Datacenter.readOnly("mw1"))
                            .toCompletableFuture()
                            .join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(NotLeaderException.class);
            group.close();
        }
    }

    @Test
    void whatIsMissingOrWrongIsRefusedAtTheDoor() {
        CenterGroup.Builder builder = CenterGroup.builder();
        assertThatThrownBy(builder::build).hasMessageContaining("store");
        builder.store(new InMemoryStore().client());
        assertThatThrownBy(builder::build).hasMessageContaining("instance");
        assertThatThrownBy(() -> builder.lease(Duration.ofMillis(10))).hasMessageContaining("lease");
        assertThatThrownBy(() -> builder.site("a b")).hasMessageContaining("key");
        assertThatThrownBy(() -> new Instance("", "http://x")).hasMessageContaining("name");
        assertThatThrownBy(() -> new Instance("..", "http://x")).hasMessageContaining("name");
        assertThatThrownBy(() -> new Instance("a", "http://x\ny")).hasMessageContaining("address");
    }
}
