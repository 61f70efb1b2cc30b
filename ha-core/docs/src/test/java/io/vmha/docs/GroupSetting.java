package io.vmha.docs;

import io.vmha.fault.FaultReport;
import io.vmha.group.store.CoordinationStore;
import io.vmha.group.store.InMemoryStore;
import io.vmha.testkit.Datacenter;

/** A store that a group of centers shares, in memory. */
public abstract class GroupSetting extends Setting {
    protected final CoordinationStore store = new InMemoryStore().client();
    protected final FaultReport report = Datacenter.readOnly("mw1");
    protected final String trustPassword = "changeit";
    protected final String password = "changeit";
}
