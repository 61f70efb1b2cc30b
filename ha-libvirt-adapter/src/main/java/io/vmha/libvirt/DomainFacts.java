package io.vmha.libvirt;

import io.vmha.model.HostId;
import java.util.Optional;
import java.util.UUID;

/**
 * What libvirt tells of a domain that has no metadata of ours, for a classifier to judge by.
 *
 * @param host the host that it is defined on
 * @param name its libvirt name
 * @param uuid its libvirt UUID
 * @param title its title, where it has one
 * @deprecated Use {@link io.vmha.adapter.MachineFacts}, which has the UUID and the title among its attributes.
 */
@Deprecated(since = "0.2.0", forRemoval = true)
public record DomainFacts(HostId host, String name, UUID uuid, Optional<String> title) {}
