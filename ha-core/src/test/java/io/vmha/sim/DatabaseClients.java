package io.vmha.sim;

import io.vmha.model.HostHealth;
import io.vmha.model.Inventory;
import io.vmha.model.MemberId;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Clients that write rows to whichever VM serves a database's requests, all the time. What was acknowledged must be there in the end,
 * and no two databases ever accept writes. Confined to the simulation's thread.
 */
final class DatabaseClients {
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(15);

    private final Stage stage;
    private int row;

    DatabaseClients(Stage stage) {
        this.stage = stage;
    }

    /** Writes from now on. */
    void start() {
        stage.time().scheduleBackground(BETWEEN_WRITES, () -> {
            write();
            start();
        });
    }

    private void write() {
        Inventory actual = stage.datacenter().actual();
        List<VmId> owners = actual.vms().stream()
                .filter(vm -> vm.type().equals(VmType.DATABASE))
                .map(VirtualMachine::id)
                .sorted()
                .toList();
        row++;
        if (owners.isEmpty()) {
            return;
        }
        VmId server = stage.datacenter().serverOf(owners.get(row % owners.size()));
        Optional<MemberId> member = actual.vm(server)
                .filter(vm -> vm.power() == PowerState.ON && actual.hostOf(vm).health() != HostHealth.DOWN)
                .flatMap(vm -> stage.datacenter().memberOf(vm));
        SimulatedReplicaSet set = databases();
        if (member.isPresent() && set.write(member.get(), row)) {
            stage.counts().add("row acknowledged");
        }
        Violation.check(set.writers().size() <= 1, 1, () -> "databases that accept writes: " + set.writers());
    }

    private SimulatedReplicaSet databases() {
        return stage.datacenter().replicaSets().get(0);
    }

    /** Whatever was acknowledged is in the database that writes: it waited for another one's disk. */
    void checkEnd() {
        SimulatedReplicaSet set = databases();
        for (MemberId writer : set.writers()) {
            Violation.check(
                    set.missing(writer).isEmpty(),
                    1,
                    () -> "rows that were acknowledged are lost: " + set.missing(writer) + " of " + writer);
        }
    }
}
