package io.vmha.lab;

import io.vmha.center.leader.Leadership;
import io.vmha.journal.DurablePlanJournal;
import io.vmha.libvirt.LibvirtAdapter;

/**
 * The orchestrator's own process, with the library in it: the only management center. It may be killed at any moment, and goes on with
 * its journal when it is started again. It answers as {@link CenterEndpoint} does.
 */
final class CenterProcess {
    private final LabSite site;

    CenterProcess(LabSite site) {
        this.site = site;
    }

    /** Runs until the process is ended. */
    void run() {
        LibvirtAdapter adapter = LabPlatform.connect(site);
        DurablePlanJournal journal = DurablePlanJournal.in(site.file("journal"));
        LabCenter center = LabCenter.Prepared.of(site, adapter, "the only one").start(Leadership.soleCenter(), journal);
        new CenterEndpoint(LabSite.MANAGEMENT, () -> center).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            center.close();
            journal.close();
            adapter.close();
        }));
    }
}
