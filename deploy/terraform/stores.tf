resource "azurerm_postgresql_flexible_server" "latchkey" {
  name                          = local.unique
  resource_group_name           = local.group
  location                      = local.location
  version                       = "17"
  sku_name                      = "GP_Standard_D2ds_v5"
  storage_mb                    = 131072
  auto_grow_enabled             = true
  backup_retention_days         = 35
  administrator_login           = "latchkey"
  administrator_password        = var.database_owner_password
  delegated_subnet_id           = azurerm_subnet.database.id
  private_dns_zone_id           = azurerm_private_dns_zone.latchkey["database"].id
  public_network_access_enabled = false
  depends_on                    = [azurerm_private_dns_zone_virtual_network_link.latchkey]

  high_availability {
    mode = "ZoneRedundant"
  }

  lifecycle {
    prevent_destroy = true
    # A failover changes them.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }
}

resource "azurerm_postgresql_flexible_server_database" "ledger" {
  name      = "latchkey"
  server_id = azurerm_postgresql_flexible_server.latchkey.id
  charset   = "UTF8"
  collation = "C"
}

resource "azurerm_key_vault" "latchkey" {
  name                = local.unique
  resource_group_name = local.group
  location            = local.location
  tenant_id           = data.azurerm_client_config.current.tenant_id
  # Keys in a hardware module, for the CA.
  sku_name                      = "premium"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false

  network_acls {
    bypass         = "None"
    default_action = "Deny"
  }
}

resource "azurerm_role_assignment" "operators" {
  scope                = azurerm_key_vault.latchkey.id
  role_definition_name = "Key Vault Secrets Officer"
  principal_id         = var.operators_group_id
}

resource "azurerm_storage_account" "latchkey" {
  name                            = local.unique
  resource_group_name             = local.group
  location                        = local.location
  account_kind                    = "StorageV2"
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  public_network_access_enabled   = false
  allow_nested_items_to_be_public = false

  network_rules {
    bypass         = ["None"]
    default_action = "Deny"
  }

  share_properties {
    retention_policy {
      days = 30
    }
  }
}

# The CA's files and the log of signatures of one program, and the folder of the responders.
resource "azurerm_storage_share" "latchkey" {
  for_each           = toset(["issue", "jobs", "status", "responders"])
  name               = each.key
  storage_account_id = azurerm_storage_account.latchkey.id
  quota              = 5
}
