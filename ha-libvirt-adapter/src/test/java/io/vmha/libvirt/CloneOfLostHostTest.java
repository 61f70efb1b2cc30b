package io.vmha.libvirt;

import static io.vmha.libvirt.TestNode.template;
import static io.vmha.libvirt.TestNode.vm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An adapter that was started while a host is down knows nothing of what that host has. On libvirt's test driver. */
class CloneOfLostHostTest {
    private static final HostId DOWN = HostId.of("h1");
    private static final HostId UP = HostId.of("h2");
    private static final VmId DB1 = VmId.of("db1");
    private static final TemplateId GOLDEN = TemplateId.of("golden");

    @TempDir
    private Path folder;

    private LibvirtAdapter adapter(TestNode up) {
        return LibvirtAdapter.builder()
                .host(DOWN, URI.create("test://" + folder.resolve("no-such-node.xml")))
                .host(UP, up.writeTo(folder))
                .build();
    }

    private static String typed(String type) {
        return template("golden").replace("/>", " type='" + type + "'/>");
    }

    @Test
    void aVmOfAHostThatIsDownIsClonedFromWhatItsTemplateSays() {
        try (LibvirtAdapter adapter = adapter(new TestNode().off("golden", typed("DATABASE")))) {
            adapter.cloneFromTemplate(GOLDEN, DB1, UP, call());

            VirtualMachine clone = adapter.discover(call()).toInventory().requireVm(DB1);
            assertThat(clone.host()).isEqualTo(UP);
            assertThat(clone.type()).isEqualTo(VmType.DATABASE);
            assertThat(clone.template()).contains(GOLDEN);
            assertThat(clone.power()).isEqualTo(PowerState.OFF);
        }
    }

    @Test
    void aTemplateThatSaysNoTypeIsRefusedWithTheReason() {
        try (LibvirtAdapter adapter = adapter(new TestNode().off("golden", template("golden")))) {
            assertThatThrownBy(() -> adapter.cloneFromTemplate(GOLDEN, DB1, UP, call()))
                    .isInstanceOf(AdapterException.Permanent.class)
                    .hasMessageContaining("template golden does not say which type its clones are")
                    .hasMessageContaining("no host that answers has VM db1");
        }
    }

    @Test
    void aTemplateThatOnlyALostHostHasIsMissingForAsLongAsThatIsDown() {
        try (LibvirtAdapter adapter = adapter(new TestNode().running("mw1", vm("MIDDLEWARE", "")))) {
            assertThatThrownBy(() -> adapter.cloneFromTemplate(GOLDEN, DB1, UP, call()))
                    .isInstanceOfSatisfying(
                            AdapterException.Transient.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Cause.UNREACHABLE))
                    .hasMessageContaining("template golden is on no host that answers; no answer from [h1]");
        }
    }

    private static CallContext call() {
        return CallContext.within(Duration.ofSeconds(10));
    }
}
