package io.vmha.scenario;

import io.vmha.vsphere.VsphereAdapter;
import io.vmha.vsphere.VsphereCredentials;
import io.vmha.vsphere.VsphereTrust;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a vCenter server is reached. Not thread-safe. */
final class VsphereOptions {
    @Option(
            names = "--vsphere",
            paramLabel = "URL",
            description =
                    "Carry the decisions out on the machines of that vCenter server, such as https://vcenter/sdk: IT POWERS"
                            + " THEM OFF. User and password come from the environment, VSPHERE_USER and VSPHERE_PASSWORD.")
    private @Nullable URI url;

    @Option(
            names = "--vsphere-ca",
            paramLabel = "FILE",
            description = "With --vsphere: the certificates to trust, in PEM; without it, those that Java trusts.")
    private @Nullable Path authority;

    /**
     * The server's adapter, or nothing where none is asked for.
     *
     * @throws IllegalArgumentException if something is missing, contradictory or cannot be read
     */
    Optional<VsphereAdapter> adapter() {
        if (url == null) {
            if (authority != null) {
                throw new IllegalArgumentException("--vsphere-ca needs --vsphere URL");
            }
            return Optional.empty();
        }
        VsphereCredentials.fromEnvironment(System.getenv()).close();
        return Optional.of(VsphereAdapter.builder()
                .url(url)
                .credentials(() -> VsphereCredentials.fromEnvironment(System.getenv()))
                .trust(authority == null ? VsphereTrust.system() : VsphereTrust.certificates(authority))
                .build());
    }
}
