package io.vmha.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmha.adapter.CallContext;
import io.vmha.model.PowerState;
import io.vmha.model.VmId;
import io.vmha.vsphere.Vcsim;
import io.vmha.vsphere.VsphereAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command, as a process of its own, on VMware's API simulator. */
@Tag("lab")
class VsphereTest {
    @Test
    void aDecisionLeavesTheMachineReallyOffAndCloned() throws Exception {
        try (Vcsim vcsim = Vcsim.with(Map.of("VMS_PER_HOST", "2"))) {
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Quickstart.class.getName(),
                            "--vsphere",
                            vcsim.url().toString(),
                            "--vsphere-ca",
                            vcsim.certificate().toString(),
                            "--vm",
                            "primary-h1-vm1")
                    .redirectErrorStream(true);
            builder.environment().putAll(vcsim.environment());
            Process process = builder.start();
            String printed = new String(process.getInputStream().readAllBytes());

            assertThat(printed)
                    .contains("done     power off primary-h1-vm1 on primary-h1")
                    .contains("clone primary-h1-vm1 from template-1");
            assertThat(process.waitFor()).isZero();
            try (VsphereAdapter adapter = vcsim.adapter().build()) {
                assertThat(adapter.powerState(VmId.of("primary-h1-vm1"), CallContext.within(Duration.ofSeconds(20))))
                        .isEqualTo(PowerState.ON);
            }
        }
    }
}
