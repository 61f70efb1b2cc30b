package io.vmha.libvirt;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.VmProfile;
import io.vmha.libvirt.CloneXml.Disk;
import io.vmha.libvirt.Directory.Location;
import io.vmha.libvirt.DomainProfile.Machine;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes machines anew from templates. Stateless but for the cluster that it works on; thread-safe.
 *
 * <p>The failed machine that a clone replaces is set aside: it keeps its disks and its definition, under another name and
 * marked so in its metadata, for whoever looks into the failure.
 */
final class Cloning {
    private static final Logger LOG = LoggerFactory.getLogger(Cloning.class);
    private static final int TAG_LENGTH = 8;

    private final Cluster cluster;

    Cloning(Cluster cluster) {
        this.cluster = cluster;
    }

    void clone(TemplateId template, VmId vm, HostId host, CallContext call) {
        Deadline deadline = Deadline.in(call.requireTimeLeft());
        ManagedHost target = cluster.host(host);
        DomainDescription source = template(template, host, deadline);
        requireCloneable(template, source);
        Optional<CloneOrigin> origin = call.plan().map(plan -> new CloneOrigin(plan.value(), call.step()));
        Optional<Location> failed = cluster.findWhereHostsAnswer(
                vm, Deadline.in(deadline.remaining().dividedBy(3)));
        if (origin.isPresent() && failed.flatMap(Location::origin).equals(origin)) {
            return;
        }
        boolean reachable = failed.isPresent() && requireOff(failed.get(), deadline);
        CloneSize size = CloneSize.of(source, failed.map(Location::entry));
        Machine made = new Machine(Optional.of(vm), profile(source, failed, vm), origin);
        String name = failed.map(old -> old.entry().description().name()).orElse(vm.value());
        HostId unused = cluster.starts()
                .run(
                        host,
                        vm,
                        SharedStorage.folders(source.xml()),
                        false,
                        deadline,
                        () -> cluster.rooms().with(host, vm, size.resources(), deadline, () -> {
                            if (reachable && !failed.get().host().equals(host)) {
                                setAside(failed.get(), deadline);
                            }
                            return target.link().change("clone " + vm + " from " + template, deadline, connection -> {
                                make(
                                        connection,
                                        source,
                                        size,
                                        name,
                                        made,
                                        failed.filter(old -> old.host().equals(host)));
                                return host;
                            });
                        }));
        if (failed.isPresent() && !reachable) {
            // What was last seen of a host that does not answer must not hide the clone.
            cluster.superseded(failed.get());
        }
        // The events that tell of it may come later than the reading.
        failed.ifPresent(old -> cluster.host(old.host()).domains().forget(old.uuid()));
        cluster.refresh(
                deadline, failed.map(old -> new HostId[] {host, old.host()}).orElseGet(() -> new HostId[] {host}));
    }

    private static void requireCloneable(TemplateId template, DomainDescription source) {
        List<String> reasons = CloneRules.refusals(SecureXml.parse(source.xml()).getDocumentElement());
        if (!reasons.isEmpty()) {
            throw new AdapterException.Permanent(
                    Cause.UNSUPPORTED,
                    "template " + template + " cannot be cloned, since its clones would share what it has: "
                            + String.join("; ", reasons));
        }
    }

    /** The template's definition, from the target host if it is defined there. */
    private DomainDescription template(TemplateId template, HostId host, Deadline deadline) {
        var found = cluster.templates(template, deadline);
        var entry = found.containsKey(host)
                ? found.get(host)
                : found.values().stream().findFirst().orElse(null);
        if (entry == null) {
            throw new AdapterException.Permanent(Cause.UNKNOWN_SUBJECT, "no such template: " + template);
        }
        return entry.description();
    }

    private static VmProfile profile(DomainDescription template, Optional<Location> failed, VmId vm) {
        if (failed.isPresent()) {
            return failed.get().profile();
        }
        DomainProfile.Template made = (DomainProfile.Template) template.profile();
        return VmProfile.builder()
                .type(made.type()
                        .orElseThrow(() -> new AdapterException.Permanent(
                                Cause.REFUSED,
                                "template " + made.id()
                                        + " does not say which type its clones are, and no host that answers"
                                        + " has VM " + vm + " to tell it from")))
                .template(made.id())
                .build();
    }

    /** Refuses a machine that is not off; false if its host does not answer. */
    private boolean requireOff(Location machine, Deadline deadline) {
        PowerState power;
        try {
            power = cluster.host(machine.host())
                    .link()
                    .read(
                            "power state of " + machine.vm(),
                            Deadline.in(deadline.remaining().dividedBy(3)),
                            connection -> DomainStats.power(connection.state(machine.uuid())));
        } catch (AdapterException.Transient e) {
            LOG.warn("host {} does not answer; VM {} is cloned as if it was off there", machine.host(), machine.vm());
            return false;
        }
        if (power != PowerState.OFF) {
            throw new AdapterException.Permanent(
                    Cause.IN_USE, "VM " + machine.vm() + " is " + power + " on host " + machine.host());
        }
        return true;
    }

    private void setAside(Location failed, Deadline deadline) {
        cluster.host(failed.host()).link().change("set " + failed.vm() + " aside", deadline, connection -> {
            setAside(connection, failed);
            return true;
        });
    }

    private static void setAside(NativeConnection connection, Location failed) {
        DomainDescription old = failed.entry().description();
        String name = old.name() + "-set-aside-" + old.uuid().toString().substring(0, TAG_LENGTH);
        connection.rename(old.uuid(), name);
        connection.define(CloneXml.redefine(old.xml(), name, new DomainProfile.SetAside(failed.vm())));
    }

    private static void putBack(NativeConnection connection, Location failed) {
        DomainDescription old = failed.entry().description();
        connection.rename(old.uuid(), old.name());
        connection.define(old.xml());
    }

    private static void make(
            NativeConnection connection,
            DomainDescription source,
            CloneSize size,
            String name,
            Machine made,
            Optional<Location> failedHere) {
        UUID uuid = UUID.randomUUID();
        CloneDisks disks = new CloneDisks(connection);
        String stem = fileName(name) + "-" + uuid.toString().substring(0, TAG_LENGTH);
        List<Disk> copies = disks.copy(CloneXml.disks(source.xml()), stem);
        try {
            CloneXml.nvram(source.xml()).ifPresent(nvram -> disks.copyNvram(nvram, stem));
            failedHere.ifPresent(failed -> setAside(connection, failed));
            try {
                connection.define(CloneXml.define(source, name, stem, uuid, made, size, copies));
            } catch (NativeException e) {
                failedHere.ifPresent(failed -> putBack(connection, failed));
                throw e;
            }
        } catch (NativeException e) {
            disks.delete();
            throw e;
        }
    }

    /** The name as a file may have it: what could lead elsewhere is replaced. */
    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.", "_");
    }
}
