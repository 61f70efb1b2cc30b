package io.vmha.vsphere;

import io.vmha.adapter.AdapterException;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.Deadline;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.ObjectUpdate;
import io.vmha.vsphere.internal.vim.TransportException;
import io.vmha.vsphere.internal.vim.UpdateStream;
import io.vmha.vsphere.internal.vim.VimFault;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an inventory by the server's updates, and reports what becomes faulty in it: a host that vCenter lost or that is
 * red, a guest without a heartbeat, a machine that is found powered off, other than by this adapter.
 *
 * <p>What is already so when the watching begins is reported too, but for machines that are off. The objects are confined
 * to the watching thread; the inventory is replaced whole.
 */
public final class VsphereFaultSource implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VsphereFaultSource.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String source = "vsphere:" + UUID.randomUUID();
    private final Vcenter vcenter;
    private final InstantSource clock;
    private final Consumer<FaultReport> receiver;
    private final Map<MoRef, ManagedObject> objects = new HashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private volatile Inventory inventory = Inventory.empty();
    private long sequence;

    VsphereFaultSource(Vcenter vcenter, InstantSource clock, Consumer<FaultReport> receiver) {
        this.vcenter = vcenter;
        this.clock = clock;
        this.receiver = receiver;
        this.thread = new Thread(this::watch, "vmha-vsphere-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** The inventory as the updates so far tell it; empty before the first. */
    public Inventory inventory() {
        return inventory;
    }

    private void watch() {
        try (UpdateStream stream = vcenter.client().watch(InventoryProperties.EVERYWHERE)) {
            while (closing.getCount() > 0) {
                try {
                    apply(stream.next(LONGEST_WAIT));
                } catch (VimFault | TransportException | AdapterException e) {
                    LOG.warn("watching vCenter: {}", e.getMessage());
                    pause();
                }
            }
        }
    }

    private void pause() {
        try {
            var unused = closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    private void apply(UpdateStream.Updates updates) {
        if (updates.objects().isEmpty()) {
            return;
        }
        if (updates.whole()) {
            objects.clear();
            readFields();
        }
        updates.objects().forEach(this::merge);
        Inventory before = inventory;
        Inventory now = vcenter.take(objects.values()).inventory();
        inventory = now;
        now.hosts().forEach(host -> compare(before.host(host.id()), host));
        now.vms().forEach(vm -> compare(before.vm(vm.id()), vm));
    }

    private void readFields() {
        Deadline deadline = Deadline.in(LONGEST_WAIT);
        MoRef manager = vcenter.client().service(deadline).customFieldsManager();
        if (!manager.value().isEmpty()) {
            objects.put(manager, vcenter.client().read(manager, List.of(InventoryProperties.FIELD), deadline));
        }
    }

    private void merge(ObjectUpdate update) {
        if (update.gone()) {
            objects.remove(update.ref());
            return;
        }
        ManagedObject old = objects.get(update.ref());
        Map<String, XmlNode> properties = old == null ? new HashMap<>() : new HashMap<>(old.properties());
        properties.putAll(update.assigned());
        properties.keySet().removeAll(update.removed());
        objects.put(update.ref(), new ManagedObject(update.ref(), properties));
    }

    private void compare(Optional<Host> before, Host now) {
        if (before.map(Host::health).orElse(HostHealth.UP) == now.health()) {
            return;
        }
        switch (now.health()) {
            case UNREACHABLE -> report(now.id(), FaultKind.HOST_UNREACHABLE);
            case DEGRADED -> report(now.id(), FaultKind.HOST_DEGRADED);
            case DOWN -> report(now.id(), FaultKind.HOST_DOWN);
            case UP -> LOG.info("host {} works again", now.id());
        }
    }

    private void compare(Optional<VirtualMachine> before, VirtualMachine now) {
        if (now.health() == VmHealth.SUSPECT
                && before.map(VirtualMachine::health).orElse(VmHealth.HEALTHY) != VmHealth.SUSPECT) {
            report(now.id(), FaultKind.GUEST_HUNG);
        }
        if (now.power() == PowerState.OFF
                && before.map(VirtualMachine::power).orElse(PowerState.OFF) != PowerState.OFF) {
            if (!vcenter.wasMeantOff(now.id())) {
                report(now.id(), FaultKind.POWERED_OFF);
            }
        }
    }

    private void report(HostId host, FaultKind kind) {
        receiver.accept(FaultReport.ofHost(host, kind, clock.instant(), source, sequence++));
    }

    private void report(VmId vm, FaultKind kind) {
        receiver.accept(FaultReport.ofVm(vm, kind, clock.instant(), source, sequence++));
    }

    /** Ends the watching, and waits a little for a report under way. */
    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
