package io.vmha.lab;

import io.vmha.adapter.CallContext;
import io.vmha.libvirt.LibvirtAdapter;
import io.vmha.libvirt.LibvirtHost;
import io.vmha.model.ClusterRole;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import java.time.Duration;

/** The lab's hypervisors as a center is told of them. */
final class LabPlatform {
    /** What each host has for its guests: four of them as they start, and a pool. */
    private static final int GUESTS_PER_HOST = 4;

    private static final int SMALL_POOL_MIB = 40;
    private static final int LARGE_POOL_MIB = 300;
    private static final Resources GUEST = Resources.of(1_000, LabSite.GUEST_NOW_MIB);

    private LabPlatform() {}

    /** Connections to all hosts, for as long as the process is. */
    static LibvirtAdapter connect(LabSite site) {
        LibvirtAdapter.Builder builder = LibvirtAdapter.builder().keepAlive(Duration.ofSeconds(2), 5);
        for (HostId host : LabSite.HOSTS) {
            boolean isStandby = host.equals(LabSite.STANDBY_HOST);
            int pool = host.equals(HostId.of("h1")) ? SMALL_POOL_MIB : LARGE_POOL_MIB;
            builder.host(LibvirtHost.builder()
                    .id(host)
                    .uri(site.uri(host))
                    .role(isStandby ? ClusterRole.STANDBY : ClusterRole.PRIMARY)
                    .rack(RackId.of("rack-" + host))
                    .capacity(Resources.of(
                            GUESTS_PER_HOST * 2 * GUEST.cpuMillis(), GUESTS_PER_HOST * GUEST.memoryMiB() + pool))
                    .build());
        }
        return builder.build();
    }

    /** Reads all hosts. One that does not answer does not tell what is on it: what is nowhere else must be there. */
    static Inventory read(LibvirtAdapter adapter) {
        Inventory all =
                adapter.discover(CallContext.within(Duration.ofSeconds(10))).toInventory();
        Inventory discovered = all;
        for (Guest guest : Guest.ALL) {
            if (all.vm(guest.id()).isEmpty()) {
                HostId silent = discovered.hosts().stream()
                        .filter(host -> host.health() != HostHealth.UP && host.role() == guest.role())
                        .map(Host::id)
                        .findFirst()
                        .orElse(guest.home());
                all = all.with(VirtualMachine.builder()
                        .id(guest.id())
                        .type(guest.type())
                        .host(silent)
                        .allocation(GUEST)
                        .template(TemplateId.of("golden"))
                        .build());
            }
        }
        return all;
    }
}
