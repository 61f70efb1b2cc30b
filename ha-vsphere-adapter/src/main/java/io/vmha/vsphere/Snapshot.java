package io.vmha.vsphere;

import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.TemplateId;
import io.vmha.model.VmId;
import io.vmha.vsphere.internal.vim.MoRef;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one discovery told. Immutable.
 *
 * @param inventory the hosts and machines
 * @param vms the machines' references
 * @param hosts the hosts' references
 * @param conditions what vCenter says of its connection to each host
 * @param pools each host's resource pool
 * @param templates the templates' references
 * @param fields the custom attributes' keys by name
 * @param lowShares the running VMs of the inventory whose CPU shares are low
 * @param clusters what vSphere does in the clusters
 */
record Snapshot(
        Inventory inventory,
        Map<VmId, MoRef> vms,
        Map<HostId, MoRef> hosts,
        Map<HostId, HostCondition> conditions,
        Map<HostId, MoRef> pools,
        Map<TemplateId, MoRef> templates,
        Map<String, Integer> fields,
        Set<VmId> lowShares,
        List<ClusterServices> clusters) {}
