package io.vmha.vsphere;

import io.vmha.vsphere.internal.vim.PropertySet;
import java.util.List;
import java.util.stream.Stream;

/** The properties that discovery reads: leaves only, since whole objects are ten times their size. */
final class InventoryProperties {
    static final String NAME = "name";
    static final String PARENT = "parent";
    static final String POWER = "runtime.powerState";
    static final String CONNECTION = "runtime.connectionState";
    static final String HOST = "runtime.host";
    static final String CPUS = "summary.config.numCpu";
    static final String MEMORY = "summary.config.memorySizeMB";
    static final String TEMPLATE = "summary.config.template";
    static final String CPU_USAGE = "summary.quickStats.overallCpuUsage";
    static final String HEARTBEAT = "guestHeartbeatStatus";
    static final String STATUS = "overallStatus";
    static final String CPU_SHARES = "config.cpuAllocation.shares.level";
    static final String DATASTORE = "datastore";
    static final String CUSTOM = "customValue";
    static final String MAINTENANCE = "runtime.inMaintenanceMode";
    static final String CORES = "summary.hardware.numCpuCores";
    static final String MHZ = "summary.hardware.cpuMhz";
    static final String HOST_MEMORY = "summary.hardware.memorySize";
    static final String CPU_MODEL = "summary.hardware.cpuModel";
    /** The processor generation that all hosts of an EVC cluster show their VMs; not set without EVC. */
    static final String EVC = "summary.currentEVCModeKey";
    /** The product that a VM belongs to, such as vCLS or a replica of Site Recovery Manager. */
    static final String MANAGED_BY = "summary.config.managedBy";

    static final String POOL = "resourcePool";
    static final String CONFIGURATION = "configurationEx";
    static final String FIELD = "field";
    static final String ALARMS = "triggeredAlarmState";
    static final String ALARM_NAME = "info.name";

    static final List<PropertySet> EVERYWHERE = List.of(
            new PropertySet(
                    "VirtualMachine",
                    List.of(
                            NAME,
                            POWER,
                            CONNECTION,
                            HOST,
                            CPUS,
                            MEMORY,
                            TEMPLATE,
                            CPU_USAGE,
                            HEARTBEAT,
                            STATUS,
                            MANAGED_BY,
                            CPU_SHARES,
                            CUSTOM)),
            new PropertySet(
                    "HostSystem",
                    List.of(
                            NAME,
                            PARENT,
                            POWER,
                            CONNECTION,
                            MAINTENANCE,
                            STATUS,
                            CORES,
                            MHZ,
                            HOST_MEMORY,
                            CPU_MODEL,
                            EVC)),
            new PropertySet("ComputeResource", List.of(NAME, POOL, CONFIGURATION)));

    /** What is read everywhere, and the alarms that hosts and machines have triggered. */
    static final List<PropertySet> WITH_ALARMS = EVERYWHERE.stream()
            .map(set -> set.type().equals("ComputeResource") ? set : withAlarms(set))
            .toList();

    private InventoryProperties() {}

    private static PropertySet withAlarms(PropertySet set) {
        return new PropertySet(
                set.type(),
                Stream.concat(set.paths().stream(), Stream.of(ALARMS)).toList());
    }
}
