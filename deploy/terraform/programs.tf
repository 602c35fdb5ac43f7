locals {
  # Of TCP, 443 is taken by the environment itself.
  authority_port = 8443
  authority_url  = "https://${var.authority_host}:${local.authority_port}"

  addresses = {
    LATCHKEY_TENANT_ID        = var.tenant_id
    LATCHKEY_TENANT_NAME      = var.tenant_name
    LATCHKEY_API_CLIENT_ID    = var.api_client_id
    LATCHKEY_PORTAL_CLIENT_ID = var.portal_client_id
    LATCHKEY_GRAPH_CLIENT_ID  = var.graph_client_id
    LATCHKEY_PORTAL_URL       = "https://${var.portal_host}"
    LATCHKEY_AUTHORITY_URL    = local.authority_url
    LATCHKEY_STATUS_URL       = "http://${var.status_host}"
  }

  # Secrets of each program, by the variable that takes them from a file; nobody else's identity reads them.
  secrets_at = "/run/secrets"
  secrets = {
    portal = {
      LATCHKEY_PORTAL_CLIENT_SECRET_FILE = "portal-client-secret"
      LATCHKEY_SESSION_SECRET_FILE       = "session-secret"
    }
    issue = {
      LATCHKEY_CA_PASSPHRASE_FILE            = "ca-passphrase"
      LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE = "graph-client-certificate"
      LATCHKEY_DATABASE_FILE                 = "database-issue"
    }
    jobs = {
      LATCHKEY_CA_PASSPHRASE_FILE            = "ca-passphrase"
      LATCHKEY_GRAPH_CLIENT_CERTIFICATE_FILE = "graph-client-certificate"
      LATCHKEY_DATABASE_FILE                 = "database-jobs"
    }
    status  = { LATCHKEY_DATABASE_FILE = "database-status" }
    migrate = { LATCHKEY_DATABASE_FILE = "database-owner" }
  }
  grants = merge([
    for program, secrets in local.secrets : {
      for secret in values(secrets) : "${program}/${secret}" => { program = program, secret = secret }
    }
  ]...)

  programs = {
    portal = {
      args   = ["cli/start.ts", "portal"], port = 3000, path = "/signin", host = var.portal_host
      min    = 2, max = 4, shares = []
      more   = { LATCHKEY_AUTHORITY_INTERNAL_URL = local.authority_url }
      target = 3000, transport = "auto", exposed = null, plain = false
    }
    issue = {
      args = ["cli/start.ts", "authority", "--role", "issue"], port = 8080, path = "/probe", host = "localhost"
      # A log of signatures belongs to one process at a time.
      min = 1, max = 1, shares = ["issue"]
      # In the share, beside the folder of the CA.
      more = { LATCHKEY_TLS_CERT = "/data/https/tls.crt", LATCHKEY_TLS_KEY = "/data/https/tls.key" }
      # TLS ends in the program, which sees client certificates itself.
      target = 8443, transport = "tcp", exposed = local.authority_port, plain = false
    }
    jobs = {
      args   = ["cli/start.ts", "authority", "--role", "jobs"], port = 8080, path = "/probe", host = "localhost"
      min    = 1, max = 1, shares = ["jobs", "responders"]
      more   = { LATCHKEY_RESPONDERS = "/responders" }
      target = null, transport = null, exposed = null, plain = false
    }
    status = {
      args = ["cli/start.ts", "authority", "--role", "status"], port = 8080, path = "/probe", host = "localhost"
      min  = 2, max = 10, shares = ["status", "responders"]
      more = { LATCHKEY_RESPONDERS = "/responders" }
      # Relying parties ask over plain http.
      target = 8080, transport = "auto", exposed = null, plain = true
    }
  }
}

resource "azurerm_user_assigned_identity" "latchkey" {
  for_each            = local.secrets
  name                = "${var.name}-${each.key}"
  resource_group_name = local.group
  location            = local.location
}

resource "azurerm_role_assignment" "secrets" {
  for_each             = { for key, grant in local.grants : key => grant if var.with_programs }
  scope                = "${azurerm_key_vault.latchkey.id}/secrets/${each.value.secret}"
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.latchkey[each.value.program].principal_id
}

# Who signs with a key in the vault, where LATCHKEY_SIGNER names one.
resource "azurerm_role_assignment" "signing" {
  for_each             = toset(["issue", "jobs"])
  scope                = azurerm_key_vault.latchkey.id
  role_definition_name = "Key Vault Crypto User"
  principal_id         = azurerm_user_assigned_identity.latchkey[each.key].principal_id
}

resource "azurerm_log_analytics_workspace" "latchkey" {
  name                = "${var.name}-logs"
  resource_group_name = local.group
  location            = local.location
  retention_in_days   = 90
}

resource "azurerm_container_app_environment" "latchkey" {
  name                       = var.name
  resource_group_name        = local.group
  location                   = local.location
  infrastructure_subnet_id   = azurerm_subnet.apps.id
  zone_redundancy_enabled    = true
  logs_destination           = "log-analytics"
  log_analytics_workspace_id = azurerm_log_analytics_workspace.latchkey.id

  workload_profile {
    name                  = "Consumption"
    workload_profile_type = "Consumption"
  }
}

resource "azurerm_container_app_environment_storage" "latchkey" {
  for_each                     = azurerm_storage_share.latchkey
  name                         = each.key
  container_app_environment_id = azurerm_container_app_environment.latchkey.id
  account_name                 = azurerm_storage_account.latchkey.name
  access_key                   = azurerm_storage_account.latchkey.primary_access_key
  share_name                   = each.key
  access_mode                  = "ReadWrite"
}

resource "azurerm_container_app" "latchkey" {
  for_each                     = { for key, program in local.programs : key => program if var.with_programs }
  name                         = "${var.name}-${each.key}"
  resource_group_name          = local.group
  container_app_environment_id = azurerm_container_app_environment.latchkey.id
  workload_profile_name        = "Consumption"
  revision_mode                = "Single"
  depends_on                   = [azurerm_role_assignment.secrets, azurerm_container_app_environment_storage.latchkey]

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.latchkey[each.key].id]
  }

  dynamic "secret" {
    for_each = toset(values(local.secrets[each.key]))
    content {
      name                = secret.key
      key_vault_secret_id = "${azurerm_key_vault.latchkey.vault_uri}secrets/${secret.key}"
      identity            = azurerm_user_assigned_identity.latchkey[each.key].id
    }
  }

  dynamic "ingress" {
    for_each = each.value.target == null ? [] : [each.value]
    # `az containerapp hostname` binds the host names afterwards.
    content {
      external_enabled           = true
      target_port                = ingress.value.target
      transport                  = ingress.value.transport
      exposed_port               = ingress.value.exposed
      allow_insecure_connections = ingress.value.plain
      traffic_weight {
        latest_revision = true
        percentage      = 100
      }
    }
  }

  template {
    min_replicas                     = each.value.min
    max_replicas                     = each.value.max
    termination_grace_period_seconds = 40

    container {
      name   = each.key
      image  = var.image
      args   = each.value.args
      cpu    = 0.5
      memory = "1Gi"

      dynamic "env" {
        for_each = merge(local.addresses, each.value.more)
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secrets[each.key]
        content {
          name  = env.key
          value = "${local.secrets_at}/${env.value}"
        }
      }

      # Each secret of the program as a file of its name.
      volume_mounts {
        name = "secrets"
        path = local.secrets_at
      }

      dynamic "volume_mounts" {
        for_each = toset(each.value.shares)
        content {
          name = volume_mounts.key
          path = volume_mounts.key == "responders" ? "/responders" : "/data"
        }
      }

      startup_probe {
        transport               = "TCP"
        port                    = each.value.port
        interval_seconds        = 10
        failure_count_threshold = 10
      }

      liveness_probe {
        transport = "TCP"
        port      = each.value.port
      }

      readiness_probe {
        transport        = "HTTP"
        port             = each.value.port
        path             = each.value.path
        interval_seconds = 5
        timeout          = 5
        # The program answers to the host names that it was told of.
        header {
          name  = "Host"
          value = each.value.host
        }
      }
    }

    volume {
      name         = "secrets"
      storage_type = "Secret"
    }

    dynamic "volume" {
      for_each = toset(each.value.shares)
      content {
        name          = volume.key
        storage_type  = "AzureFile"
        storage_name  = volume.key
        mount_options = "uid=65532,gid=65532,dir_mode=0700,file_mode=0600,nobrl,cache=strict"
      }
    }
  }
}

# az containerapp job start, before the programs of a new release: the schema, and the rights of each user.
resource "azurerm_container_app_job" "migrate" {
  count                        = var.with_programs ? 1 : 0
  name                         = "${var.name}-migrate"
  resource_group_name          = local.group
  location                     = local.location
  container_app_environment_id = azurerm_container_app_environment.latchkey.id
  workload_profile_name        = "Consumption"
  replica_timeout_in_seconds   = 900
  depends_on                   = [azurerm_role_assignment.secrets]

  manual_trigger_config {
    parallelism              = 1
    replica_completion_count = 1
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.latchkey["migrate"].id]
  }

  secret {
    name                = "database-owner"
    key_vault_secret_id = "${azurerm_key_vault.latchkey.vault_uri}secrets/database-owner"
    identity            = azurerm_user_assigned_identity.latchkey["migrate"].id
  }

  template {
    container {
      name   = "migrate"
      image  = var.image
      args   = ["cli/migrate.ts"]
      cpu    = 0.25
      memory = "0.5Gi"
      env {
        name  = "LATCHKEY_DATABASE_FILE"
        value = "${local.secrets_at}/database-owner"
      }
      volume_mounts {
        name = "secrets"
        path = local.secrets_at
      }
    }
    volume {
      name         = "secrets"
      storage_type = "Secret"
    }
  }
}
