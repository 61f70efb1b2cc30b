package io.vmha.adapter.postgresql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vmha.Fixtures;
import io.vmha.center.ManagementCenter;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.ClusterRole;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.MemberStanding;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.HaPolicies;
import io.vmha.sim.SimulatedDatacenter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A management center over real servers; hosts and VMs are simulated. */
@Tag("lab")
class PostgresCenterTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final VmId DB11 = PostgresLab.DB11;
    private static final VmId DB31 = PostgresLab.DB31;
    private static final MemberId PRIMARY = MemberId.of("primary");

    private final Inventory inventory = Inventory.builder()
            .add(Fixtures.host("h1", ClusterRole.PRIMARY).build())
            .add(Fixtures.host("h3", ClusterRole.STANDBY).build())
            .add(database(DB11, "h1"))
            .add(database(DB31, "h3"))
            .build();
    private final SimulatedDatacenter datacenter = new SimulatedDatacenter(inventory);
    private PostgresLab lab;

    private static VirtualMachine database(VmId vm, String host) {
        return VirtualMachine.builder()
                .id(vm)
                .type(VmType.DATABASE)
                .host(HostId.of(host))
                .allocation(Resources.of(1_000, 1_024))
                .build();
    }

    @BeforeEach
    void begin() {
        lab = new PostgresLab();
    }

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void noAcknowledgedRowIsLostInAFailoverAndTheOldWriterThatComesBackBecomesAReplica() {
        lab.makeSynchronous();
        try (ManagementCenter center = center()) {
            await().atMost(PATIENCE).until(() -> isWriter(center, PRIMARY));
            List<Integer> acknowledged = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> writes = CompletableFuture.runAsync(() -> writeUntilItFails(acknowledged));
            await().atMost(PATIENCE).until(() -> acknowledged.size() > 50);
            lab.server("kill", "primary");
            FaultReport down = FaultReport.ofHost(HostId.of("h1"), FaultKind.HOST_DOWN, Instant.now(), "operator", 1);
            datacenter.inject(down);
            assertThat(center.submit(down).toCompletableFuture().join().isCarriedOut())
                    .isTrue();
            writes.join();

            assertThat(datacenter.routes()).containsEntry(DB11, DB31);
            assertThat(lab.numbers("standby")).containsAll(acknowledged);

            // By itself, as it was: it accepts writes.
            lab.server("start", "primary");
            datacenter.change(actual -> FaultEffects.vmRepaired(FaultEffects.hostUp(actual, HostId.of("h1")), DB11));
            center.hostUp(HostId.of("h1")).toCompletableFuture().join();
            center.observe(center.beginReading().toCompletableFuture().join(), PlatformSnapshot.of(datacenter.actual()))
                    .toCompletableFuture()
                    .join();
            await().atMost(PATIENCE).until(() -> isReplica(center));
            lab.execute("standby", "set synchronous_commit = local; insert into numbers values (1000000)");
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(lab.numbers("primary")).contains(1_000_000));
        }
    }

    @Test
    void aReplicaWhoseLagIsNotKnownIsNotPromotedUntilAnOperatorAcceptsThat() {
        lab.breakStream("standby");
        lab.server("kill", "primary");
        try (ManagementCenter center = center()) {
            FaultReport down = FaultReport.ofHost(HostId.of("h1"), FaultKind.HOST_DOWN, Instant.now(), "operator", 1);
            datacenter.inject(down);
            center.submit(down).toCompletableFuture().join();
            assertThat(datacenter.routes()).doesNotContainEntry(DB11, DB31);

            center.acceptReplicationLag(DB31, "alice").toCompletableFuture().join();
            await().atMost(PATIENCE).until(() -> DB31.equals(datacenter.routes().get(DB11)));
            lab.execute("standby", "insert into numbers values (7)");
        }
    }

    private static boolean isWriter(ManagementCenter center, MemberId member) {
        return center.inventory()
                .replicaSets()
                .setOf(member)
                .flatMap(set -> set.writer())
                .filter(writer -> writer.id().equals(member))
                .isPresent();
    }

    private static boolean isReplica(ManagementCenter center) {
        return center.inventory()
                .replicaSets()
                .setOf(PRIMARY)
                .map(set -> set.requireMember(PRIMARY))
                .filter(member -> !member.mayWrite() && member.standing() == MemberStanding.CURRENT)
                .isPresent();
    }

    private void writeUntilItFails(List<Integer> acknowledged) {
        try (Connection connection = lab.connections("primary", lab.password()).getConnection();
                Statement statement = connection.createStatement()) {
            for (int number = 1; ; number++) {
                statement.execute("insert into numbers values (" + number + ")");
                acknowledged.add(number);
            }
        } catch (SQLException killed) {
            assertThat(acknowledged).isNotEmpty();
        }
    }

    private ManagementCenter center() {
        return ManagementCenter.builder()
                .adapter(datacenter.hypervisor())
                .trafficDirector(datacenter.trafficDirector())
                .databaseCluster(lab.cluster().build(), Duration.ofSeconds(1))
                .inventory(inventory)
                .policies(HaPolicies.builder()
                        .config(FailoverConfig.builder()
                                .maxReplicationLag(Duration.ofSeconds(5))
                                .build())
                        .build())
                .build();
    }
}
