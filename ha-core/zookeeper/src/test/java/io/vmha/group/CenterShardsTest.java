package io.vmha.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vmha.center.ManagementCenter;
import io.vmha.group.store.InMemoryStore;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.testkit.Datacenter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CenterShardsTest {
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final List<String> SITES =
            IntStream.range(0, 9).mapToObj(i -> "site-" + i).toList();

    private final InMemoryStore store = new InMemoryStore();
    private final List<CenterShards> instances = new ArrayList<>();

    private CenterShards instance(String name) {
        return instance(name, SITES, Duration.ofSeconds(2));
    }

    private CenterShards instance(String name, List<String> sites, Duration lease) {
        CenterShards shards = CenterShards.builder()
                .store(store.client())
                .instance(new Instance(name, "http://" + name))
                .sites(sites)
                .lease(lease)
                .centers(CenterShardsTest::center)
                .build();
        instances.add(shards);
        return shards;
    }

    private static CenterFactory center(String site) {
        SimulatedDatacenter datacenter =
                new SimulatedDatacenter(Datacenter.threeHosts().inventory());
        return (leadership, journal) -> ManagementCenter.builder()
                .leadership(leadership)
                .journal(journal)
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .inventory(datacenter.actual())
                .build();
    }

    @AfterEach
    void closeAll() {
        instances.parallelStream().forEach(CenterShards::close);
    }

    private static long led(CenterShards instance) {
        return instance.health().values().stream()
                .filter(site -> site.role() == GroupHealth.Role.LEADER)
                .count();
    }

    @Test
    void theSitesAreSpreadEvenlyAndMovedWhenInstancesComeAndGo() throws Exception {
        CenterShards first = instance("ha-1");
        await().atMost(LONG).until(() -> led(first) == 9);
        CenterShards second = instance("ha-2");
        CenterShards third = instance("ha-3");
        await().atMost(LONG).until(() -> led(first) == 3 && led(second) == 3 && led(third) == 3);

        third.close();
        await().atMost(LONG).until(() -> led(first) + led(second) == 9 && Math.abs(led(first) - led(second)) == 1);
        for (String site : SITES) {
            CenterShards leader = first.site(site).health().role() == GroupHealth.Role.LEADER ? first : second;
            assertThat(leader.site(site)
                            .submit(Datacenter.readOnly("mw1"))
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS)
                            .decision()
                            .parts())
                    .isNotEmpty();
        }
    }

    @Test
    void howFastSitesMoveDoesNotDependOnTheLease() {
        List<String> sites = IntStream.range(0, 30).mapToObj(i -> "many-" + i).toList();
        CenterShards first = instance("ha-1", sites, Duration.ofSeconds(12));
        await().atMost(LONG).until(() -> led(first) == 30);
        CenterShards second = instance("ha-2", sites, Duration.ofSeconds(12));
        // 15 of them, one at a time: with a look between them it would be 45 s.
        await().atMost(Duration.ofSeconds(35)).until(() -> led(first) == 15 && led(second) == 15);
    }

    @Test
    void whatIsMissingOrUnknownIsRefused() {
        CenterShards.Builder builder = CenterShards.builder();
        assertThatThrownBy(builder::build).hasMessageContaining("store");
        builder.store(store.client());
        assertThatThrownBy(builder::build).hasMessageContaining("instance");
        builder.instance(new Instance("ha-1", "http://ha-1"));
        assertThatThrownBy(builder::build).hasMessageContaining("centers");
        builder.centers(CenterShardsTest::center);
        assertThatThrownBy(builder::build).hasMessageContaining("sites");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.sites(List.of("a", "b c")).build())
                .withMessageContaining("b c");
        CenterShards one = instance("ha-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> one.site("nowhere"))
                .withMessageContaining("nowhere");
    }
}
