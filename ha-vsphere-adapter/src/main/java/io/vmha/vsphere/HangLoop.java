package io.vmha.vsphere;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at guests now and then. The watch is confined to its one thread; the heartbeats are replaced whole by another. */
final class HangLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangLoop.class);
    /** The server answers a wait for updates every 30 seconds at least; heartbeats of a stream that is silent for longer are old. */
    private static final Duration OLD = Duration.ofSeconds(60);

    private final HangWatch watch;
    private final Consumer<VmId> hung;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                    .setDaemon(true)
                    .setNameFormat("vmha-vsphere-guests")
                    .build());
    private volatile Map<VmId, String> heartbeats = Map.of();
    private volatile Set<VmId> all = Set.of();
    private volatile long updatedNanos = System.nanoTime() - OLD.toNanos();

    HangLoop(HangRules rules, GuestSigns signs, Consumer<VmId> hung) {
        this.watch = new HangWatch(rules, signs, System::nanoTime);
        this.hung = hung;
        long millis = rules.interval().toMillis();
        if (rules.mostAtOnce() > 0) {
            var unused = thread.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    /** The stream of updates has answered. */
    void updated() {
        updatedNanos = System.nanoTime();
    }

    /** Takes the heartbeats of the VMs that run on hosts which answer. */
    void heartbeats(Snapshot snapshot, WatchedObjects objects) {
        Map<VmId, String> now = new HashMap<>();
        for (VirtualMachine vm : snapshot.inventory().vms()) {
            if (vm.power() == PowerState.ON && snapshot.conditions().get(vm.host()) == HostCondition.CONNECTED) {
                Optional.ofNullable(snapshot.vms().get(vm.id()))
                        .flatMap(objects::find)
                        .ifPresent(object -> now.put(vm.id(), object.text(InventoryProperties.HEARTBEAT)));
            }
        }
        heartbeats = Map.copyOf(now);
        all = snapshot.vms().keySet();
    }

    private void look() {
        try {
            watch.look(this::trusted, all).forEach(hung);
        } catch (RuntimeException | Error e) {
            if (!thread.isShutdown()) {
                LOG.error("looking for guests that hang failed, and goes on", e);
            }
        }
    }

    private Optional<Map<VmId, String>> trusted() {
        boolean old = System.nanoTime() - updatedNanos > OLD.toNanos();
        return old ? Optional.empty() : Optional.of(heartbeats);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
