package io.vmha.vsphere;

import static io.vmha.vsphere.InventoryProperties.CONFIGURATION;
import static io.vmha.vsphere.InventoryProperties.CONNECTION;
import static io.vmha.vsphere.InventoryProperties.CORES;
import static io.vmha.vsphere.InventoryProperties.CPUS;
import static io.vmha.vsphere.InventoryProperties.CPU_MODEL;
import static io.vmha.vsphere.InventoryProperties.CPU_SHARES;
import static io.vmha.vsphere.InventoryProperties.CPU_USAGE;
import static io.vmha.vsphere.InventoryProperties.CUSTOM;
import static io.vmha.vsphere.InventoryProperties.EVC;
import static io.vmha.vsphere.InventoryProperties.FIELD;
import static io.vmha.vsphere.InventoryProperties.HOST;
import static io.vmha.vsphere.InventoryProperties.HOST_MEMORY;
import static io.vmha.vsphere.InventoryProperties.MAINTENANCE;
import static io.vmha.vsphere.InventoryProperties.MANAGED_BY;
import static io.vmha.vsphere.InventoryProperties.MEMORY;
import static io.vmha.vsphere.InventoryProperties.MHZ;
import static io.vmha.vsphere.InventoryProperties.NAME;
import static io.vmha.vsphere.InventoryProperties.PARENT;
import static io.vmha.vsphere.InventoryProperties.POOL;
import static io.vmha.vsphere.InventoryProperties.POWER;
import static io.vmha.vsphere.InventoryProperties.TEMPLATE;

import io.vmha.adapter.MachineFacts;
import io.vmha.adapter.VmClassifier;
import io.vmha.adapter.VmProfile;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.ManagedObject;
import io.vmha.vsphere.internal.vim.MoRef;
import io.vmha.vsphere.internal.vim.Words;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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
    /** More than any host or VM has: what is larger is no number to believe. */
    private static final long MOST_CPUS = 100_000;

    private static final long MOST_MEMORY_MIB = 1L << 40;

    private final VmClassifier classifier;
    private final Function<String, ClusterRole> roles;
    private final HostRoom room;
    private final Map<MoRef, ManagedObject> computes = new HashMap<>();
    private final Map<MoRef, HostId> hostIds = new HashMap<>();
    private final Map<MoRef, String> clusterOfHost = new HashMap<>();
    private final Map<MoRef, Long> hostMhz = new HashMap<>();
    private final Map<MoRef, Resources> others = new HashMap<>();
    private final Map<Integer, String> fieldNames = new HashMap<>();
    private final Map<VmId, MoRef> vms = new HashMap<>();
    private final Map<HostId, MoRef> hostRefs = new HashMap<>();
    private final Map<HostId, HostCondition> conditions = new HashMap<>();
    private final Map<HostId, MoRef> pools = new HashMap<>();
    private final Map<TemplateId, MoRef> templates = new HashMap<>();
    private final Set<VmId> lowShares = new HashSet<>();
    private final List<VirtualMachine> managed = new ArrayList<>();
    private final Inventory.Builder inventory = Inventory.builder();

    private SnapshotBuilder(VmClassifier classifier, Function<String, ClusterRole> roles, HostRoom room) {
        this.classifier = classifier;
        this.roles = roles;
        this.room = room;
    }

    static Snapshot build(
            Collection<ManagedObject> objects,
            VmClassifier classifier,
            Function<String, ClusterRole> roles,
            HostRoom room) {
        return new SnapshotBuilder(classifier, roles, room).build(objects);
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
        Map<ManagedObject, String> hostNames = Names.unique(physical);
        hostNames.forEach(this::nameHost);
        Names.unique(machines).forEach(this::readVm);
        hostNames.keySet().forEach(this::addHost);
        for (VirtualMachine vm : managed) {
            if (hostRefs.containsKey(vm.host())) {
                inventory.add(vm);
            } else {
                vms.remove(vm.id());
            }
        }
        List<ClusterServices> clusters = computes.values().stream()
                .map(SnapshotBuilder::services)
                .filter(services -> services.highAvailability() || services.resourceScheduler())
                .toList();
        return new Snapshot(
                inventory.build(),
                Map.copyOf(vms),
                Map.copyOf(hostRefs),
                Map.copyOf(conditions),
                Map.copyOf(pools),
                Map.copyOf(templates),
                Map.copyOf(fields),
                Set.copyOf(lowShares),
                clusters);
    }

    private void readFields(ManagedObject manager, Map<String, Integer> keys) {
        for (XmlNode field : manager.node(FIELD).map(XmlNode::children).orElse(List.of())) {
            field.numberAt("key").ifPresent(key -> {
                fieldNames.put(key, field.textAt("name"));
                keys.put(field.textAt("name"), key);
            });
        }
    }

    private void nameHost(ManagedObject host, String name) {
        try {
            requirePlain(name);
            hostIds.put(host.ref(), HostId.of(name));
            clusterOfHost.put(
                    host.ref(),
                    host.ref(PARENT)
                            .map(computes::get)
                            .map(found -> Names.decode(found.text(NAME)))
                            .orElse(name));
            hostMhz.put(host.ref(), host.amount(MHZ, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            leftOut("host", host.ref(), e);
        }
    }

    /** A name becomes an id, which stands in logs and reports: it must not forge a line of them, or hide another name. */
    private static void requirePlain(String name) {
        if (!Words.arePlain(name)) {
            throw new IllegalArgumentException(
                    "a name of more than 200 characters, or with ones that cannot be seen: " + name);
        }
    }

    private static void leftOut(String kind, MoRef ref, RuntimeException why) {
        LOG.warn("{} {} is left alone: {}", kind, ref, Words.of(String.valueOf(why.getMessage())));
    }

    private void addHost(ManagedObject host) {
        HostId id = hostIds.get(host.ref());
        if (id == null) {
            return;
        }
        HostCondition condition = HostCondition.of(host);
        Resources size = Resources.of(
                host.amount(CORES, MOST_CPUS) * 1_000, host.amount(HOST_MEMORY, MOST_MEMORY_MIB * MIB) / MIB);
        try {
            inventory.add(Host.builder()
                    .id(id)
                    .role(roles.apply(clusterOfHost.getOrDefault(host.ref(), "")))
                    .capacity(room.of(size, others.getOrDefault(host.ref(), Resources.NONE)))
                    .cpuPlatform(platform(host))
                    .health(condition.health())
                    .inMaintenance(host.flag(MAINTENANCE) || condition.isOutOfService())
                    .build());
            hostRefs.put(id, host.ref());
            conditions.put(id, condition);
            host.ref(PARENT)
                    .map(computes::get)
                    .flatMap(found -> found.ref(POOL))
                    .ifPresent(pool -> pools.put(id, pool));
        } catch (IllegalArgumentException e) {
            leftOut("host", host.ref(), e);
        }
    }

    /**
     * In an EVC cluster all hosts show their VMs the CPU of one generation, whatever theirs is; without EVC the model decides.
     * vCenter tells no microcode. Its makers fill the model's name up with blanks, not always the same way.
     */
    private static Optional<CpuPlatform> platform(ManagedObject host) {
        String evc = host.text(EVC).trim();
        String name = evc.isEmpty() ? host.text(CPU_MODEL).trim().replaceAll("\\s+", " ") : "EVC " + evc;
        return Optional.of(name).filter(model -> !model.isEmpty()).map(model -> new CpuPlatform(model, ""));
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

    private void readVm(ManagedObject vm, String name) {
        try {
            requirePlain(name);
            if (vm.flag(TEMPLATE)) {
                templates.put(TemplateId.of(name), vm.ref());
                return;
            }
            Optional<VmProfile> profile = Names.isSetAside(name) ? Optional.empty() : profile(vm, name);
            if (profile.isPresent()) {
                VirtualMachine made = machine(vm, name, profile.get());
                managed.add(made);
                vms.put(made.id(), vm.ref());
                if (made.power() == PowerState.ON && vm.text(CPU_SHARES).equals("low")) {
                    lowShares.add(made.id());
                }
                return;
            }
        } catch (IllegalArgumentException e) {
            leftOut("VM", vm.ref(), e);
        }
        takeRoom(vm);
    }

    /** A VM that vCenter lists and no host has any more, which it calls orphaned, takes nothing. */
    private void takeRoom(ManagedObject vm) {
        if (power(vm) != PowerState.OFF && !vm.text(CONNECTION).equals("orphaned")) {
            vm.ref(HOST).ifPresent(host -> others.merge(host, allocation(vm), Resources::plus));
        }
    }

    private static Resources allocation(ManagedObject vm) {
        return Resources.of(vm.amount(CPUS, MOST_CPUS) * 1_000, vm.amount(MEMORY, MOST_MEMORY_MIB));
    }

    private Optional<VmProfile> profile(ManagedObject vm, String name) {
        Map<String, String> attributes = new HashMap<>();
        for (XmlNode value : vm.node(CUSTOM).map(XmlNode::children).orElse(List.of())) {
            value.numberAt("key").ifPresent(key -> {
                String field = fieldNames.get(key);
                if (field != null) {
                    attributes.put(field, value.textAt("value"));
                }
            });
        }
        Optional<VmProfile> declared = VmAttributes.profile(attributes);
        if (declared.isPresent() || belongsToAProduct(vm, name)) {
            return declared;
        }
        Optional<String> cluster = vm.ref(HOST).map(clusterOfHost::get);
        return vm.ref(HOST)
                .map(hostIds::get)
                .flatMap(host -> classified(vm, new MachineFacts(name, host, cluster, attributes)));
    }

    /** What a user's classifier throws must not hide the other VMs. */
    private Optional<VmProfile> classified(ManagedObject vm, MachineFacts facts) {
        try {
            return classifier.classify(facts);
        } catch (RuntimeException e) {
            leftOut("VM", vm.ref(), e);
            return Optional.empty();
        }
    }

    /** Such as vCLS, which its cluster starts again at once, and of which not every version says whose it is. */
    private static boolean belongsToAProduct(ManagedObject vm, String name) {
        return vm.node(MANAGED_BY).isPresent() || name.startsWith("vCLS");
    }

    private VirtualMachine machine(ManagedObject vm, String name, VmProfile profile) {
        HostId host = vm.ref(HOST).map(hostIds::get).orElse(null);
        if (host == null) {
            throw new IllegalArgumentException("VM " + name + " is on no host that is known");
        }
        VmId id = VmId.of(name);
        if (vms.containsKey(id)) {
            throw new IllegalArgumentException("another VM has the id " + name);
        }
        return VirtualMachine.builder()
                .id(id)
                .type(profile.type())
                .host(host)
                .allocation(allocation(vm))
                .load(load(vm))
                .priority(profile.priority())
                .template(profile.template())
                .antiAffinity(profile.antiAffinity())
                .power(power(vm))
                .build();
    }

    /** Use is told in MHz: a fraction of what so many cores of its host have. */
    private double load(ManagedObject vm) {
        long mhz = vm.ref(HOST).map(hostMhz::get).orElse(0L) * vm.amount(CPUS, MOST_CPUS);
        return mhz <= 0 ? 0 : vm.amount(CPU_USAGE, Integer.MAX_VALUE) / (double) mhz;
    }

    static ClusterServices services(ManagedObject compute) {
        XmlNode configuration = compute.node(CONFIGURATION).orElse(null);
        return new ClusterServices(
                Names.decode(compute.text(NAME)),
                configuration != null && isOn(configuration, "dasConfig"),
                configuration != null && isOn(configuration, "drsConfig"));
    }

    private static boolean isOn(XmlNode configuration, String service) {
        return Set.of("true", "1").contains(configuration.textAt(service, "enabled"));
    }
}
