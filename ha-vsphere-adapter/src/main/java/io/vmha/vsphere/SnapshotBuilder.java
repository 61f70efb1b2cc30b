package io.vmha.vsphere;

import static io.vmha.vsphere.InventoryProperties.CONFIGURATION;
import static io.vmha.vsphere.InventoryProperties.CONNECTION;
import static io.vmha.vsphere.InventoryProperties.CORES;
import static io.vmha.vsphere.InventoryProperties.CPUS;
import static io.vmha.vsphere.InventoryProperties.CPU_MODEL;
import static io.vmha.vsphere.InventoryProperties.CPU_USAGE;
import static io.vmha.vsphere.InventoryProperties.CUSTOM;
import static io.vmha.vsphere.InventoryProperties.FIELD;
import static io.vmha.vsphere.InventoryProperties.HEARTBEAT;
import static io.vmha.vsphere.InventoryProperties.HOST;
import static io.vmha.vsphere.InventoryProperties.HOST_MEMORY;
import static io.vmha.vsphere.InventoryProperties.MAINTENANCE;
import static io.vmha.vsphere.InventoryProperties.MEMORY;
import static io.vmha.vsphere.InventoryProperties.MHZ;
import static io.vmha.vsphere.InventoryProperties.NAME;
import static io.vmha.vsphere.InventoryProperties.PARENT;
import static io.vmha.vsphere.InventoryProperties.POOL;
import static io.vmha.vsphere.InventoryProperties.POWER;
import static io.vmha.vsphere.InventoryProperties.STATUS;
import static io.vmha.vsphere.InventoryProperties.TEMPLATE;

import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostHealth;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmHealth;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a snapshot of what the server told. Its result depends on its arguments alone. Not thread-safe; used once. */
final class SnapshotBuilder {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotBuilder.class);
    private static final long MIB = 1L << 20;

    private final VmClassifier classifier;
    private final Function<String, ClusterRole> roles;
    private final Map<MoRef, ManagedObject> computes = new HashMap<>();
    private final Map<MoRef, Host> hosts = new HashMap<>();
    private final Map<MoRef, String> clusterOfHost = new HashMap<>();
    private final Map<MoRef, Long> hostMhz = new HashMap<>();
    private final Map<Integer, String> fieldNames = new HashMap<>();
    private final Map<VmId, MoRef> vms = new HashMap<>();
    private final Map<HostId, MoRef> hostRefs = new HashMap<>();
    private final Map<HostId, MoRef> pools = new HashMap<>();
    private final Map<TemplateId, MoRef> templates = new HashMap<>();
    private final Inventory.Builder inventory = Inventory.builder();

    private SnapshotBuilder(VmClassifier classifier, Function<String, ClusterRole> roles) {
        this.classifier = classifier;
        this.roles = roles;
    }

    static Snapshot build(
            Collection<ManagedObject> objects, VmClassifier classifier, Function<String, ClusterRole> roles) {
        return new SnapshotBuilder(classifier, roles).build(objects);
    }

    private Snapshot build(Collection<ManagedObject> objects) {
        Map<String, Integer> fields = new HashMap<>();
        List<ManagedObject> machines = new ArrayList<>();
        List<ManagedObject> physical = new ArrayList<>();
        for (ManagedObject object : objects) {
            switch (object.ref().type()) {
                case "VirtualMachine" -> machines.add(object);
                case "HostSystem" -> physical.add(object);
                case "CustomFieldsManager" -> readFields(object, fields);
                default -> computes.put(object.ref(), object);
            }
        }
        unique(physical).forEach(this::addHost);
        unique(machines).forEach(this::addVm);
        List<ClusterServices> clusters = computes.values().stream()
                .map(SnapshotBuilder::services)
                .filter(services -> services.highAvailability() || services.resourceScheduler())
                .toList();
        return new Snapshot(
                inventory.build(),
                Map.copyOf(vms),
                Map.copyOf(hostRefs),
                Map.copyOf(pools),
                Map.copyOf(templates),
                Map.copyOf(fields),
                clusters);
    }

    private void readFields(ManagedObject manager, Map<String, Integer> keys) {
        for (XmlNode field : manager.node(FIELD).map(XmlNode::children).orElse(List.of())) {
            int key = Integer.parseInt(field.textAt("key"));
            fieldNames.put(key, field.textAt("name"));
            keys.put(field.textAt("name"), key);
        }
    }

    /** Names by object: its own, or with its identity added where another object has the same. */
    private static Map<ManagedObject, String> unique(List<ManagedObject> objects) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        for (ManagedObject object : objects) {
            if (!seen.add(Names.decode(object.text(NAME)))) {
                twice.add(Names.decode(object.text(NAME)));
            }
        }
        Map<ManagedObject, String> names = new LinkedHashMap<>();
        for (ManagedObject object : objects) {
            String name = Names.decode(object.text(NAME));
            names.put(object, twice.contains(name) ? Names.qualified(name, object.ref()) : name);
        }
        return names;
    }

    private void addHost(ManagedObject host, String name) {
        Resources capacity = Resources.of(
                Math.max(0, host.number(CORES, 0)) * 1_000, Math.max(0, host.number(HOST_MEMORY, 0)) / MIB);
        Optional<ManagedObject> compute = host.ref(PARENT).map(computes::get);
        String cluster = compute.map(found -> Names.decode(found.text(NAME))).orElse(name);
        boolean known = capacity.cpuMillis() > 0 && capacity.memoryMiB() > 0;
        try {
            Host made = Host.builder()
                    .id(HostId.of(name))
                    .role(roles.apply(cluster))
                    .capacity(known ? capacity : Resources.of(1, 1))
                    .cpuPlatform(Optional.of(host.text(CPU_MODEL).trim())
                            .filter(model -> !model.isEmpty())
                            .map(model -> new CpuPlatform(model, "")))
                    .health(health(host))
                    .inMaintenance(host.flag(MAINTENANCE))
                    .build();
            inventory.add(made);
            hosts.put(host.ref(), made);
            clusterOfHost.put(host.ref(), cluster);
            hostMhz.put(host.ref(), host.number(MHZ, 0));
            hostRefs.put(made.id(), host.ref());
            compute.flatMap(found -> found.ref(POOL)).ifPresent(pool -> pools.put(made.id(), pool));
        } catch (IllegalArgumentException e) {
            LOG.warn("host {} is left out: {}", host.ref(), e.getMessage());
        }
    }

    /** A host that does not answer is never told to be down: its machines may be running still. */
    static HostHealth health(ManagedObject host) {
        if (!host.text(CONNECTION).equals("connected")) {
            return HostHealth.UNREACHABLE;
        }
        return host.text(STATUS).equals("red") ? HostHealth.DEGRADED : HostHealth.UP;
    }

    static PowerState power(ManagedObject vm) {
        if (!vm.text(CONNECTION).equals("connected")) {
            return PowerState.UNKNOWN;
        }
        return switch (vm.text(POWER)) {
            case "poweredOn" -> PowerState.ON;
            case "poweredOff" -> PowerState.OFF;
            case "suspended" -> PowerState.SUSPENDED;
            default -> PowerState.UNKNOWN;
        };
    }

    private void addVm(ManagedObject vm, String name) {
        try {
            if (vm.flag(TEMPLATE)) {
                templates.put(TemplateId.of(name), vm.ref());
            } else if (!Names.isSetAside(name)) {
                profile(vm, name).ifPresent(profile -> addVm(vm, name, profile));
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("VM {} is left alone: {}", vm.ref(), e.getMessage());
        }
    }

    private Optional<VmProfile> profile(ManagedObject vm, String name) {
        Map<String, String> attributes = new HashMap<>();
        for (XmlNode value : vm.node(CUSTOM).map(XmlNode::children).orElse(List.of())) {
            String field = fieldNames.get(Integer.parseInt(value.textAt("key")));
            if (field != null) {
                attributes.put(field, value.textAt("value"));
            }
        }
        String cluster = vm.ref(HOST).map(clusterOfHost::get).orElse("");
        return VmAttributes.profile(attributes)
                .or(() -> classifier.classify(new VmFacts(name, cluster, false, attributes)));
    }

    private void addVm(ManagedObject vm, String name, VmProfile profile) {
        Host host = vm.ref(HOST).map(hosts::get).orElse(null);
        if (host == null) {
            throw new IllegalArgumentException("VM " + name + " is on no host that is known");
        }
        long cpus = vm.number(CPUS, 0);
        VirtualMachine made = VirtualMachine.builder()
                .id(VmId.of(name))
                .type(profile.type())
                .host(host.id())
                .allocation(Resources.of(cpus * 1_000, vm.number(MEMORY, 0)))
                .load(load(vm, cpus))
                .priority(profile.priority())
                .template(profile.template())
                .antiAffinity(profile.antiAffinity())
                .power(power(vm))
                .health(vm.text(HEARTBEAT).equals("red") ? VmHealth.SUSPECT : VmHealth.HEALTHY)
                .build();
        inventory.add(made);
        vms.put(made.id(), vm.ref());
    }

    /** Use is told in MHz: a fraction of what so many cores of its host have. */
    private double load(ManagedObject vm, long cpus) {
        long mhz = vm.ref(HOST).map(hostMhz::get).orElse(0L);
        return mhz <= 0 || cpus <= 0 ? 0 : Math.max(0, vm.number(CPU_USAGE, 0)) / (double) (mhz * cpus);
    }

    static ClusterServices services(ManagedObject compute) {
        XmlNode configuration = compute.node(CONFIGURATION).orElse(null);
        return new ClusterServices(
                Names.decode(compute.text(NAME)),
                configuration != null
                        && configuration.textAt("dasConfig", "enabled").equals("true"),
                configuration != null
                        && configuration.textAt("drsConfig", "enabled").equals("true"));
    }
}
